// SPDX-License-Identifier: BSL-1.0
#include "base/file_calls_windows.hpp"

#include <winternl.h>

#include <algorithm>
#include <atomic>
#include <cwchar>
#include <iterator>
#include <mutex>
#include <string>

#include "base/console_calls_windows.hpp"
#include "base/port_record_windows.hpp"
#include "base/socket_calls_windows.hpp"
#include "base/windows_errors.hpp"
#include "base/windows_handles.hpp"

namespace rill::detail::windows {

namespace {

constexpr DWORD share_all = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

// Handles of the system have 32 bits that count.
int number_of(HANDLE handle) noexcept { return static_cast<int>(detail::number_of(handle)); }

int fail(int error) noexcept {
  errno = error;
  return -1;
}
int failure() noexcept { return fail(errno_of(::GetLastError())); }
int checked(BOOL done) noexcept { return done != FALSE ? 0 : failure(); }

DWORD size_of(size_t size) noexcept {
  return static_cast<DWORD>(std::min<size_t>(size, 0x7fff'0000));
}

/// Reads or writes at an offset. Works on handles that were opened for overlapped operations and on
/// others.
template <class Call>
ssize_t move(HANDLE handle, off_t offset, Call call) noexcept {
  OVERLAPPED record{};
  record.Offset = static_cast<DWORD>(offset & 0xffff'ffff);
  record.OffsetHigh = static_cast<DWORD>(offset >> 32);
  const HANDLE event = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
  if (event == nullptr) return failure();
  // The lowest bit: no word to a completion port.
  record.hEvent = reinterpret_cast<HANDLE>(reinterpret_cast<std::uintptr_t>(event) | 1);
  DWORD moved = 0;
  DWORD code = call(&record) != FALSE ? NO_ERROR : ::GetLastError();
  if (code == NO_ERROR || code == ERROR_IO_PENDING || code == ERROR_MORE_DATA) {
    const BOOL done = ::GetOverlappedResult(handle, &record, &moved, TRUE);
    code = done != FALSE ? NO_ERROR : ::GetLastError();
  }
  if (code == ERROR_MORE_DATA) code = NO_ERROR;  // the next read has the rest of the message
  ::CloseHandle(event);
  return code == NO_ERROR ? static_cast<ssize_t>(moved) : fail(errno_of(code));
}

/// Of those who use one handle at a place. Others may share it, to no harm.
std::mutex& turn_of(int number) noexcept {
  static std::mutex turns[64];
  return turns[static_cast<unsigned>(number) / 4 % std::size(turns)];
}

/// The same, and the position stays where it is: the system moves it with each call on a handle
/// whose calls wait for their end. It has such calls of one handle wait for each other as well.
template <class Call>
ssize_t move_at(int number, off_t offset, Call call) noexcept {
  if (offset < 0) return fail(EINVAL);  // the system knows two such places, which are no places
  const std::lock_guard turn(turn_of(number));
  const HANDLE handle = handle_of(number);
  LARGE_INTEGER position{};
  const bool has_position = ::SetFilePointerEx(handle, {}, &position, FILE_CURRENT) != FALSE;
  const ssize_t moved = move(handle, offset, call);
  const int error = errno;
  if (has_position) ::SetFilePointerEx(handle, position, nullptr, FILE_BEGIN);
  errno = error;
  return moved;
}

/// A read beyond the end, and one of a pipe that nobody writes to, are ends and no errors.
ssize_t read_result(ssize_t done) noexcept {
  if (done >= 0 || (errno != EPIPE && errno != errno_of(ERROR_HANDLE_EOF))) return done;
  return 0;
}

/// No bytes and no error are a message of no bytes, which somebody has written, and no end.
ssize_t read_pipe(HANDLE handle, void* data, size_t size) noexcept {
  while (true) {
    const ssize_t done = move(handle, 0, [&](OVERLAPPED* record) {
      return ::ReadFile(handle, data, size_of(size), nullptr, record);
    });
    if (done != 0 || size == 0) return read_result(done);
  }
}

/// What is used at a position that the system keeps, or has none: a file, a console.
bool is_plain(HANDLE handle) noexcept { return ::GetFileType(handle) != FILE_TYPE_PIPE; }

DWORD access_of(int flags) noexcept {
  const int mode = flags & O_ACCMODE;
  DWORD access = mode == O_WRONLY ? 0 : FILE_GENERIC_READ;
  if (mode == O_RDONLY) return access;
  access |= FILE_GENERIC_WRITE;
  // Without the right to write anywhere, each write goes to the end.
  if ((flags & O_APPEND) != 0) access &= ~static_cast<DWORD>(FILE_WRITE_DATA);
  return access;
}

DWORD disposition_of(int flags) noexcept {
  if ((flags & O_EXCL) != 0) return CREATE_NEW;
  if ((flags & O_CREAT) != 0) return OPEN_ALWAYS;
  return OPEN_EXISTING;
}

/// What the handle was opened for, as F_GETFL tells it.
int opened_flags(HANDLE handle) noexcept {
  constexpr auto access_information = static_cast<FILE_INFORMATION_CLASS>(8);
  ACCESS_MASK access = 0;
  IO_STATUS_BLOCK unused{};
  const NTSTATUS status =
      ::NtQueryInformationFile(handle, &unused, &access, sizeof access, access_information);
  if (status != 0) return fail(errno_of_status(static_cast<std::uint32_t>(status)));
  const bool reads = (access & FILE_READ_DATA) != 0;
  const bool writes = (access & FILE_WRITE_DATA) != 0;
  const bool appends = (access & FILE_APPEND_DATA) != 0;
  int flags = O_RDONLY;
  if (writes || appends) flags = reads ? O_RDWR : O_WRONLY;
  if (appends && !writes) flags |= O_APPEND;
  return flags;
}

/// Whether its calls wait for their end, whatever is asked for. It cannot be changed.
bool is_synchronous(HANDLE handle) noexcept {
  constexpr auto mode_information = static_cast<FILE_INFORMATION_CLASS>(16);
  constexpr ULONG waits = 0x10 | 0x20;  // FILE_SYNCHRONOUS_IO_ALERT, _NONALERT
  ULONG mode = 0;
  IO_STATUS_BLOCK unused{};
  const NTSTATUS status =
      ::NtQueryInformationFile(handle, &unused, &mode, sizeof mode, mode_information);
  return status == 0 && (mode & waits) != 0;
}

int make_non_blocking(int handle) noexcept {
  if (is_socket(handle)) return set_non_blocking(handle);
  return is_synchronous(handle_of(handle)) ? fail(ENOTSUP) : 0;
}

int duplicate(HANDLE handle) noexcept {
  HANDLE made = nullptr;
  const HANDLE self = ::GetCurrentProcess();
  if (::DuplicateHandle(self, handle, self, &made, 0, FALSE, DUPLICATE_SAME_ACCESS) == FALSE) {
    return failure();
  }
  return number_of(made);
}

int set_end(HANDLE handle, off_t size) noexcept {
  FILE_END_OF_FILE_INFO wanted{};
  wanted.EndOfFile.QuadPart = size;
  return checked(::SetFileInformationByHandle(handle, FileEndOfFileInfo, &wanted, sizeof wanted));
}

}  // namespace

std::wstring wide(const char* text) {
  const int size = ::MultiByteToWideChar(CP_UTF8, 0, text, -1, nullptr, 0);
  std::wstring made(size > 0 ? static_cast<std::size_t>(size) - 1 : 0, L'\0');
  if (size > 1) ::MultiByteToWideChar(CP_UTF8, 0, text, -1, made.data(), size);
  return made;
}

int close(int handle) {
  drop_port(handle);
  if (is_socket(handle)) {
    return ::closesocket(socket_of(handle)) == 0 ? 0 : socket_failure();
  }
  return checked(::CloseHandle(handle_of(handle)));
}

ssize_t read(int number, void* data, size_t size) {
  const HANDLE handle = handle_of(number);
  if (!is_plain(handle)) return read_pipe(handle, data, size);
  if (size >= 6 && is_console(handle)) return read_console(handle, data, size);
  DWORD moved = 0;
  if (::ReadFile(handle, data, size_of(size), &moved, nullptr) == FALSE) {
    return read_result(failure());
  }
  return static_cast<ssize_t>(moved);
}

ssize_t write(int number, const void* data, size_t size) {
  const HANDLE handle = handle_of(number);
  if (!is_plain(handle)) {
    if (size == 0) return 0;  // the reader would be given a message of no bytes
    return move(handle, 0, [&](OVERLAPPED* record) {
      return ::WriteFile(handle, data, size_of(size), nullptr, record);
    });
  }
  if (is_console(handle)) return write_console(handle, data, size);
  DWORD moved = 0;
  if (::WriteFile(handle, data, size_of(size), &moved, nullptr) == FALSE) return failure();
  return static_cast<ssize_t>(moved);
}

ssize_t pread(int number, void* data, size_t size, off_t offset) {
  const HANDLE handle = handle_of(number);
  return read_result(move_at(number, offset, [&](OVERLAPPED* record) {
    return ::ReadFile(handle, data, size_of(size), nullptr, record);
  }));
}

ssize_t pwrite(int number, const void* data, size_t size, off_t offset) {
  const HANDLE handle = handle_of(number);
  return move_at(number, offset, [&](OVERLAPPED* record) {
    return ::WriteFile(handle, data, size_of(size), nullptr, record);
  });
}

int open(const char* path, int flags, unsigned permissions) {
  const std::wstring name = wide(path);
  const bool read_only = (permissions & 0200U) == 0 && (flags & O_CREAT) != 0;
  const DWORD attributes = read_only ? FILE_ATTRIBUTE_READONLY : FILE_ATTRIBUTE_NORMAL;
  const HANDLE made = ::CreateFileW(name.c_str(), access_of(flags), share_all, nullptr,
                                    disposition_of(flags), attributes, nullptr);
  if (made == INVALID_HANDLE_VALUE) {
    const int error = errno_of(::GetLastError());
    const DWORD about = ::GetFileAttributesW(name.c_str());
    const bool folder = about != INVALID_FILE_ATTRIBUTES && (about & FILE_ATTRIBUTE_DIRECTORY) != 0;
    return fail(folder && error == EACCES ? EISDIR : error);
  }
  const int number = number_of(made);
  if ((flags & O_TRUNC) != 0 && ftruncate(number, 0) != 0) {
    const int error = errno;
    ::CloseHandle(made);
    return fail(error);
  }
  return number;
}

int fstat(int number, struct stat* status) {
  const HANDLE handle = handle_of(number);
  *status = {};
  ::SetLastError(NO_ERROR);
  switch (::GetFileType(handle)) {
    case FILE_TYPE_DISK:
      break;
    case FILE_TYPE_CHAR:
      status->st_mode = S_IFCHR;
      return 0;
    case FILE_TYPE_PIPE:
      status->st_mode = is_socket(number) ? S_IFSOCK : S_IFIFO;
      return 0;
    default:
      if (is_socket(number)) {
        status->st_mode = S_IFSOCK;
        return 0;
      }
      return ::GetLastError() == NO_ERROR ? fail(EBADF) : failure();
  }
  FILE_STANDARD_INFO about{};
  if (::GetFileInformationByHandleEx(handle, FileStandardInfo, &about, sizeof about) == FALSE) {
    return failure();
  }
  status->st_mode = about.Directory != FALSE ? S_IFDIR : S_IFREG;
  status->st_size = static_cast<off_t>(about.EndOfFile.QuadPart);
  return 0;
}

off_t seek(int handle, off_t offset, int from) {
  LARGE_INTEGER wanted{};
  LARGE_INTEGER reached{};
  wanted.QuadPart = offset;
  // The three ways have the numbers of POSIX.
  if (::SetFilePointerEx(handle_of(handle), wanted, &reached, static_cast<DWORD>(from)) == FALSE) {
    return failure();
  }
  return reached.QuadPart;
}

// A handle that only appends lacks the right, but not the permission: another one of its file has
// it.
int ftruncate(int number, off_t size) {
  const HANDLE handle = handle_of(number);
  if (set_end(handle, size) == 0) return 0;
  const int error = errno;
  if (error != EACCES || (opened_flags(handle) & O_APPEND) == 0) return fail(error);
  const HANDLE writing = ::ReOpenFile(handle, FILE_WRITE_DATA, share_all, 0);
  if (writing == INVALID_HANDLE_VALUE) return fail(error);
  const int done = set_end(writing, size);
  const int failed_with = errno;
  ::CloseHandle(writing);
  return done == 0 ? 0 : fail(failed_with);
}

int fsync(int handle) { return checked(::FlushFileBuffers(handle_of(handle))); }

int fcntl(int handle, int command, int value) {
  switch (command) {
    case F_GETFL:
      return is_socket(handle) ? O_RDWR | O_NONBLOCK : opened_flags(handle_of(handle));
    case F_SETFL:
      return (value & O_NONBLOCK) != 0 ? make_non_blocking(handle) : 0;
    case F_DUPFD_CLOEXEC:
      return is_socket(handle) ? fail(EOPNOTSUPP) : duplicate(handle_of(handle));
    default:
      return fail(EINVAL);
  }
}

int isatty(int handle) {
  if (is_console(handle_of(handle))) return 1;
  errno = ENOTTY;
  return 0;
}

int poll(pollfd* handles, nfds_t count, int /*milliseconds*/) {
  for (nfds_t i = 0; i < count; ++i) handles[i].revents = handles[i].events;
  return static_cast<int>(count);
}

DWORD connect_pipe(HANDLE (&ends)[2], bool both_ways) noexcept {
  static std::atomic<unsigned> made{0};
  constexpr DWORD room = 64 * 1024;
  const DWORD direction = both_ways ? PIPE_ACCESS_DUPLEX : PIPE_ACCESS_INBOUND;
  const DWORD access = both_ways ? GENERIC_READ | GENERIC_WRITE : GENERIC_WRITE;
  wchar_t name[64];
  std::swprintf(name, std::size(name), L"\\\\.\\pipe\\rill-%lu-%u", ::GetCurrentProcessId(),
                made.fetch_add(1));
  const HANDLE first = ::CreateNamedPipeW(
      name, direction | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
      PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1, room, room,
      0, nullptr);
  if (first == INVALID_HANDLE_VALUE) return ::GetLastError();
  const HANDLE second =
      ::CreateFileW(name, access, 0, nullptr, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, nullptr);
  if (second == INVALID_HANDLE_VALUE) {
    const DWORD code = ::GetLastError();
    ::CloseHandle(first);
    return code;
  }
  ends[0] = first;
  ends[1] = second;
  return NO_ERROR;
}

int pipe2(int handles[2], int /*flags*/) {
  HANDLE ends[2];
  const DWORD code = connect_pipe(ends, false);
  if (code != NO_ERROR) return fail(errno_of(code));
  handles[0] = number_of(ends[0]);
  handles[1] = number_of(ends[1]);
  return 0;
}

}  // namespace rill::detail::windows
