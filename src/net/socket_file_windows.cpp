// SPDX-License-Identifier: BSL-1.0
//
// The files of Unix sockets on Windows. The file system there tells a socket from other files by a
// mark of its own; a file has no number that its name could be checked against.
#include <windows.h>

#include <new>
#include <string>

#include "base/file_calls_windows.hpp"
#include "net/socket_file.hpp"

namespace rill::detail {

namespace {

// The mark of a Unix socket (IO_REPARSE_TAG_AF_UNIX).
constexpr DWORD socket_mark = 0x80000023;

bool is_socket(const std::wstring& path) noexcept {
  WIN32_FIND_DATAW about;
  const HANDLE found = ::FindFirstFileW(path.c_str(), &about);
  if (found == INVALID_HANDLE_VALUE) return false;
  ::FindClose(found);
  return (about.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 &&
         about.dwReserved0 == socket_mark;
}

}  // namespace

socket_file::socket_file(const socket_address& bound) {
  if (!bound.is_unix() || bound.is_abstract() || bound.path().empty()) return;
  std::string path(bound.path());
  if (is_socket(windows::wide(path.c_str()))) path_ = std::move(path);
}

socket_file::~socket_file() {
  if (path_.empty()) return;
  try {
    const std::wstring path = windows::wide(path_.c_str());
    if (is_socket(path)) ::DeleteFileW(path.c_str());
  } catch (const std::bad_alloc&) {
    // It stays, as after the end of a program that was killed.
  }
}

void remove_stale_socket(const socket_address& /*address*/) noexcept {
  // Whether somebody listens cannot be asked without waiting; who binds is told that it is there.
}

}  // namespace rill::detail
