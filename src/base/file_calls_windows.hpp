// SPDX-License-Identifier: BSL-1.0
// The calls of the table about files, pipes and handles of any kind, on Windows: arguments of
// POSIX, errors in errno. Descriptors are handles of the system, not those of the C runtime.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <windows.h>

#include <string>

namespace rill::detail::windows {

/// UTF-8 as the system wants names.
std::wstring wide(const char* text);

int close(int handle);
ssize_t read(int handle, void* data, size_t size);
ssize_t write(int handle, const void* data, size_t size);
ssize_t pread(int handle, void* data, size_t size, off_t offset);
ssize_t pwrite(int handle, const void* data, size_t size, off_t offset);
/// The path is UTF-8.
int open(const char* path, int flags, unsigned permissions);
/// Kind and size.
int fstat(int handle, struct stat* status);
off_t seek(int handle, off_t offset, int from);
int ftruncate(int handle, off_t size);
int fsync(int handle);
/// F_GETFL tells what was opened for what; F_SETFL makes sockets non-blocking, and refuses to do so
/// with what was not opened for overlapped operations; F_DUPFD_CLOEXEC.
int fcntl(int handle, int command, int value);
/// Whether it is a console, as far as it may be read.
int isatty(int handle);
/// Everything is ready: the calls above wait by themselves. Nobody asks about sockets here.
int poll(pollfd* handles, nfds_t count, int milliseconds);
/// Two handles for overlapped operations: what is written to the second is read from the first, and
/// with `both_ways` also the other way round. Returns an error of the system, or 0.
DWORD connect_pipe(HANDLE (&ends)[2], bool both_ways) noexcept;
/// Of these, one way.
int pipe2(int handles[2], int flags);

}  // namespace rill::detail::windows
