// SPDX-License-Identifier: BSL-1.0
//
// A pipe on every system, whose ends a test uses by the library's own table of system calls.
#pragma once

#include <fcntl.h>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "base/system_calls.hpp"
#include "rill/base/native_handle.hpp"

namespace rill_test {

/// Closes a handle of any kind; whether it was one.
inline bool close_handle(rill::native_handle handle) {
  return rill::detail::system_calls().close(static_cast<int>(handle)) == 0;
}

/// What was not given away is closed with its owner.
class plain_pipe {
 public:
  /// With O_NONBLOCK, calls on its ends do not wait, except on Windows.
  explicit plain_pipe(int flags = 0) {
    if (rill::detail::system_calls().pipe2(ends_, flags | O_CLOEXEC) != 0)
      throw std::runtime_error("no pipe");
  }
  /// Takes these over.
  plain_pipe(rill::native_handle read_end, rill::native_handle write_end) noexcept
      : ends_{static_cast<int>(read_end), static_cast<int>(write_end)} {}
  plain_pipe(const plain_pipe&) = delete;
  plain_pipe& operator=(const plain_pipe&) = delete;
  ~plain_pipe() {
    close_read_end();
    close_write_end();
  }

  rill::native_handle read_end() const noexcept { return ends_[0]; }
  rill::native_handle write_end() const noexcept { return ends_[1]; }
  /// Somebody else's from now on.
  rill::native_handle give_read_end() noexcept { return std::exchange(ends_[0], -1); }
  rill::native_handle give_write_end() noexcept { return std::exchange(ends_[1], -1); }

  void put(std::string_view text) const {
    if (rill::detail::system_calls().write(ends_[1], text.data(), text.size()) !=
        static_cast<ssize_t>(text.size()))
      throw std::runtime_error("the pipe takes no more");
  }
  /// What is there, up to so much; waits for the first of it.
  std::string take(std::size_t most = 65536) const {
    std::string room(most, ' ');
    const ssize_t got = rill::detail::system_calls().read(ends_[0], room.data(), room.size());
    room.resize(got <= 0 ? 0 : static_cast<std::size_t>(got));
    return room;
  }
  void close_read_end() noexcept { close(ends_[0]); }
  void close_write_end() noexcept { close(ends_[1]); }

 private:
  static void close(int& end) noexcept {
    if (end >= 0) close_handle(std::exchange(end, -1));
  }
  int ends_[2] = {-1, -1};
};

}  // namespace rill_test
