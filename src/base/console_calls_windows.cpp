// SPDX-License-Identifier: BSL-1.0
//
// The code page of a console belongs to all programs that share it, and reading it as UTF-8 loses
// characters on older systems. So text goes to and from it in UTF-16.
#include "base/console_calls_windows.hpp"

#include <errno.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <mutex>

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

/// How many of the bytes are whole characters, or none at all.
size_t whole_part(const unsigned char* data, size_t size) noexcept {
  for (size_t back = 1; back <= std::min<size_t>(size, 4); ++back) {
    const unsigned char byte = data[size - back];
    if ((byte & 0xc0) == 0x80) continue;
    return length_of(byte) > back ? size - back : size;
  }
  return size;
}

/// The beginnings of characters whose rest is still to be written, by handle.
class unfinished_output {
 public:
  /// Takes out what is kept for a handle; how many bytes it was.
  size_t take(HANDLE handle, unsigned char* to) noexcept {
    const std::lock_guard<std::mutex> guard(mutex_);
    place* const kept = find(handle);
    return kept == nullptr ? 0 : take_from(*kept, to);
  }
  /// False: there is no room, or it is too long for the beginning of one.
  bool keep(HANDLE handle, const unsigned char* bytes, size_t size) noexcept {
    const std::lock_guard<std::mutex> guard(mutex_);
    place* const room = find(nullptr);
    if (room == nullptr || size > sizeof room->bytes) return false;
    room->handle = handle;
    room->size = size;
    std::copy_n(bytes, size, room->bytes);
    return true;
  }

  static constexpr size_t most = 3;

 private:
  struct place {
    HANDLE handle = nullptr;
    size_t size = 0;
    unsigned char bytes[most] = {};
  };

  static size_t take_from(place& kept, unsigned char* to) noexcept {
    std::copy_n(kept.bytes, kept.size, to);
    kept.handle = nullptr;
    return kept.size;
  }
  place* find(HANDLE handle) noexcept {
    const auto found = std::find_if(std::begin(places_), std::end(places_),
                                    [handle](const place& each) { return each.handle == handle; });
    return found == std::end(places_) ? nullptr : &*found;
  }

  std::mutex mutex_;
  place places_[8];
};

unfinished_output unfinished;

/// Writes characters that are whole, and bytes that are none.
bool write_text(HANDLE handle, const unsigned char* text, size_t size) noexcept {
  wchar_t units[most_units];
  const int count = ::MultiByteToWideChar(CP_UTF8, 0, reinterpret_cast<const char*>(text),
                                          static_cast<int>(size), units, most_units);
  DWORD written = 0;
  for (DWORD done = 0; done < static_cast<DWORD>(count); done += written) {
    if (::WriteConsoleW(handle, units + done, static_cast<DWORD>(count) - done, &written,
                        nullptr) == FALSE) {
      return false;
    }
    if (written == 0) break;
  }
  return true;
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
  unsigned char text[most_units];
  const size_t before = unfinished.take(handle, text);
  const size_t taken = std::min<size_t>(size, most_units - before);
  std::copy_n(static_cast<const unsigned char*>(data), taken, text + before);
  const size_t there = before + taken;
  const size_t whole = whole_part(text, there);
  if (whole != 0 && !write_text(handle, text, whole)) return fail(::GetLastError());
  if (whole != there && !unfinished.keep(handle, text + whole, there - whole)) {
    write_text(handle, text + whole, there - whole);
  }
  return static_cast<ssize_t>(taken);
}

}  // namespace rill::detail::windows
