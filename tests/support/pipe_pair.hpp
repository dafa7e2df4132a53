// SPDX-License-Identifier: BSL-1.0
//
// Non-blocking pipes and pairs of sockets, for tests of readiness.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include "rill/base/native_handle.hpp"

namespace rill_test {

/// A pipe that is closed with its owner.
class pipe_pair {
 public:
  pipe_pair() {
    if (::pipe2(ends_, O_NONBLOCK | O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  }
  pipe_pair(const pipe_pair&) = delete;
  pipe_pair& operator=(const pipe_pair&) = delete;
  ~pipe_pair() {
    close_read_end();
    close_write_end();
  }

  rill::native_handle read_end() const noexcept { return ends_[0]; }
  rill::native_handle write_end() const noexcept { return ends_[1]; }

  void put(std::string_view text) {
    if (::write(ends_[1], text.data(), text.size()) != static_cast<ssize_t>(text.size()))
      throw std::runtime_error("the pipe takes no more");
  }
  /// What is there now.
  std::string take() {
    char room[256];
    const ssize_t got = ::read(ends_[0], room, sizeof room);
    return got <= 0 ? std::string() : std::string(room, static_cast<std::size_t>(got));
  }
  void close_read_end() { close_end(0); }
  void close_write_end() { close_end(1); }

 private:
  void close_end(int which) {
    if (ends_[which] >= 0) ::close(ends_[which]);
    ends_[which] = -1;
  }

  int ends_[2];
};

/// Two connected sockets, closed with their owner.
class socket_pair {
 public:
  socket_pair() {
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends_) != 0)
      throw std::runtime_error("no sockets");
  }
  socket_pair(const socket_pair&) = delete;
  socket_pair& operator=(const socket_pair&) = delete;
  ~socket_pair() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }

  rill::native_handle left() const noexcept { return ends_[0]; }
  rill::native_handle right() const noexcept { return ends_[1]; }

  void put_right(std::string_view text) {
    if (::send(ends_[1], text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
      throw std::runtime_error("the socket takes no more");
  }

 private:
  int ends_[2];
};

}  // namespace rill_test
