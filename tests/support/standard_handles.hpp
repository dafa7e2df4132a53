// SPDX-License-Identifier: BSL-1.0
//
// Other handles in the place of the standard ones, and what to put there.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/system_calls.hpp"

namespace rill_test {

/// Puts another handle in the place of a standard one, while it lives.
class in_place_of {
 public:
  in_place_of(int standard, int handle)
      : standard_(standard), before_(::fcntl(standard, F_DUPFD_CLOEXEC, 10)) {
    std::fflush(nullptr);
    if (handle >= 0) {
      ::dup2(handle, standard);
    } else {
      ::close(standard);
    }
  }
  in_place_of(const in_place_of&) = delete;
  in_place_of& operator=(const in_place_of&) = delete;
  ~in_place_of() {
    std::fflush(nullptr);
    ::dup2(before_, standard_);
    ::close(before_);
  }

 private:
  int standard_;
  int before_;
};

/// Two handles in blocking mode, closed with their owner: a pipe, or sockets.
class blocking_pair {
 public:
  explicit blocking_pair(bool sockets) {
    const int made = sockets ? ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_)
                             : ::pipe2(ends_, O_CLOEXEC);
    if (made != 0) throw std::runtime_error("no pair");
  }
  blocking_pair(const blocking_pair&) = delete;
  blocking_pair& operator=(const blocking_pair&) = delete;
  ~blocking_pair() {
    close_in();
    close_out();
  }
  int out() const noexcept { return ends_[0]; }
  int in() const noexcept { return ends_[1]; }
  void put(std::string_view text) const {
    if (::write(ends_[1], text.data(), text.size()) != static_cast<ssize_t>(text.size()))
      throw std::runtime_error("short");
  }
  std::string take() const {
    char room[65536];
    const ssize_t got = ::read(ends_[0], room, sizeof room);
    return got <= 0 ? std::string() : std::string(room, static_cast<std::size_t>(got));
  }
  void close_out() noexcept { close(ends_[0]); }
  void close_in() noexcept { close(ends_[1]); }

 private:
  static void close(int& end) noexcept {
    if (end >= 0) ::close(end);
    end = -1;
  }
  int ends_[2];
};

/// A file without a name.
class scratch_file {
 public:
  explicit scratch_file(std::string_view content = {}) : handle_(std::tmpfile()) {
    if (handle_ == nullptr) throw std::runtime_error("no file");
    std::fwrite(content.data(), 1, content.size(), handle_);
    std::rewind(handle_);
  }
  scratch_file(const scratch_file&) = delete;
  scratch_file& operator=(const scratch_file&) = delete;
  ~scratch_file() { std::fclose(handle_); }
  int handle() const noexcept { return ::fileno(handle_); }
  std::string content() const {
    std::string text(1 << 20, ' ');
    const ssize_t got = ::pread(handle(), text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(got));
    return text;
  }

 private:
  std::FILE* handle_;
};

inline bool is_blocking(int handle) { return (::fcntl(handle, F_GETFL) & O_NONBLOCK) == 0; }

/// Forbids to open handles anew, as for a terminal of another user. Touches no other call: threads
/// of the library may still be closing files.
class nothing_opens_anew {
 public:
  explicit nothing_opens_anew(bool forbidden = true)
      : before_(rill::detail::current_system_calls.open) {
    if (!forbidden) return;
    rill::detail::current_system_calls.open = [](const char*, int, unsigned) {
      errno = EACCES;
      return -1;
    };
  }

  nothing_opens_anew(const nothing_opens_anew&) = delete;
  nothing_opens_anew& operator=(const nothing_opens_anew&) = delete;
  ~nothing_opens_anew() { rill::detail::current_system_calls.open = before_; }

 private:
  int (*before_)(const char*, int, unsigned);
};

}  // namespace rill_test
