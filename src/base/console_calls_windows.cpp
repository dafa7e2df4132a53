// SPDX-License-Identifier: BSL-1.0
//
// The code page of a console belongs to all programs that share it, and reading it as UTF-8 loses
// characters on older systems. So text goes to and from it in UTF-16.
#include "base/console_calls_windows.hpp"

#include <errno.h>

#include <algorithm>
#include <atomic>
#include <iterator>

#include "base/windows_errors.hpp"

namespace rill::detail::windows {

namespace {

constexpr DWORD most_units = 4096;
constexpr wchar_t end_of_input = 0x1a;

// The first half of a character whose second half is still in the console. There is one console.
std::atomic<wchar_t> first_half{0};

int fail(DWORD code) noexcept {
  errno = errno_of(code);
  return -1;
}

bool is_first_half(wchar_t unit) noexcept { return unit >= 0xd800 && unit < 0xdc00; }

/// Bytes of a character that begins so; 1 for what begins none.
size_t length_of(unsigned char first) noexcept {
  if (first >= 0xf0 && first < 0xf8) return 4;
  if (first >= 0xe0) return first < 0xf0 ? 3 : 1;
  return first >= 0xc0 ? 2 : 1;
}

/// How many of the bytes are whole characters; all, if that would be none.
size_t whole_part(const unsigned char* data, size_t size) noexcept {
  for (size_t back = 1; back <= std::min<size_t>(size, 4); ++back) {
    const unsigned char byte = data[size - back];
    if ((byte & 0xc0) == 0x80) continue;
    const size_t whole = length_of(byte) > back ? size - back : size;
    return whole == 0 ? size : whole;
  }
  return size;
}

/// Reads some units behind those that are there; gives how many there are then, 0 for the end, or
/// -1 with the error of the system.
int read_units(HANDLE handle, wchar_t* units, DWORD used, DWORD room) noexcept {
  DWORD got = 0;
  do {
    ::SetLastError(NO_ERROR);
    if (::ReadConsoleW(handle, units + used, room, &got, nullptr) == FALSE) return -1;
  } while (got == 0 && ::GetLastError() == ERROR_OPERATION_ABORTED);  // by Ctrl-C
  DWORD mode = 0;
  ::GetConsoleMode(handle, &mode);
  constexpr DWORD lines = ENABLE_LINE_INPUT | ENABLE_PROCESSED_INPUT;
  const bool ends = got != 0 && units[used] == end_of_input && (mode & lines) == lines;
  return ends ? 0 : static_cast<int>(used + got);
}

}  // namespace

bool is_console(HANDLE handle) noexcept {
  DWORD mode = 0;
  return ::GetFileType(handle) == FILE_TYPE_CHAR && ::GetConsoleMode(handle, &mode) != FALSE;
}

ssize_t read_console(HANDLE handle, void* data, size_t size) noexcept {
  wchar_t units[most_units];
  // One unit is three bytes at most, and two of one character are four.
  const DWORD room = static_cast<DWORD>(std::min<size_t>(size / 3, most_units)) - 1;
  while (true) {
    units[0] = first_half.exchange(0);
    int count = read_units(handle, units, units[0] != 0 ? 1 : 0, room);
    if (count < 0) return fail(::GetLastError());
    if (count != 0 && is_first_half(units[count - 1])) first_half.store(units[--count]);
    if (count == 0 && first_half.load() != 0) continue;
    if (count == 0) return 0;
    return ::WideCharToMultiByte(CP_UTF8, 0, units, count, static_cast<char*>(data),
                                 static_cast<int>(std::min<size_t>(size, 0x7fff'0000)), nullptr,
                                 nullptr);
  }
}

ssize_t write_console(HANDLE handle, const void* data, size_t size) noexcept {
  if (size == 0) return 0;
  wchar_t units[most_units];
  const auto* const bytes = static_cast<const unsigned char*>(data);
  const size_t part = whole_part(bytes, std::min<size_t>(size, std::size(units)));
  const int count = ::MultiByteToWideChar(CP_UTF8, 0, static_cast<const char*>(data),
                                          static_cast<int>(part), units, most_units);
  DWORD written = 0;
  for (DWORD done = 0; done < static_cast<DWORD>(count); done += written) {
    if (::WriteConsoleW(handle, units + done, static_cast<DWORD>(count) - done, &written,
                        nullptr) == FALSE) {
      return fail(::GetLastError());
    }
    if (written == 0) break;
  }
  return static_cast<ssize_t>(part);
}

}  // namespace rill::detail::windows
