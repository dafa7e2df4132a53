// SPDX-License-Identifier: BSL-1.0
//
// For reactor_stress_test: operations that watch over themselves, and connections whose bytes are
// known by their place.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/system_calls.hpp"
#include "rill/loop/io_op.hpp"
#include "support/catch.hpp"

namespace rill_test {

inline unsigned char byte_at(std::uint64_t place) {
  return static_cast<unsigned char>(place * 7 + place / 251);
}

/// Bytes that go one way, from one handle to another.
struct lane {
  int sender;
  int receiver;
  bool socket;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  bool sending = false;    // one at a time, so that its bytes are known
  bool forgotten = false;  // both handles
};

/// One operation. Its buffer is filled anew when it has ended, and nobody may touch it from then
/// on.
struct guarded_op : rill::io_op {
  static constexpr unsigned char untouched = 0xEE;
  static constexpr unsigned char ended = 0xDD;

  /// `as_message`: in two pieces, if it is a socket's.
  guarded_op(std::shared_ptr<lane> its_lane, bool is_send, std::size_t length, bool as_message)
      : way(std::move(its_lane)), sends(is_send), buffer(length, untouched) {
    complete = [](io_op& op) noexcept { ++static_cast<guarded_op&>(op).completions; };
    handle = sends ? way->sender : way->receiver;
    if (way->socket) {
      kind = sends ? rill::io_kind::send : rill::io_kind::receive;
    } else {
      kind = sends ? rill::io_kind::write : rill::io_kind::read;
    }
    data = buffer.data();
    size = length;
    if (way->socket && as_message) make_message();
    if (!sends) return;
    way->sending = true;
    for (std::size_t i = 0; i < length; ++i) buffer[i] = byte_at(way->sent + i);
  }

  /// Judges the result, and gives the buffer up.
  void finish() {
    const std::int64_t moved = std::max<std::int64_t>(result, 0);
    if (sends) {
      way->sending = false;
      way->sent += static_cast<std::uint64_t>(moved);
    } else if (result != rill::io_closed) {
      check_received(static_cast<std::size_t>(moved));
    }
    const bool plain = result > 0 && result <= static_cast<std::int64_t>(size);
    const bool given_up = result == rill::io_cancelled && asked;
    const bool closed = result == rill::io_closed && way->forgotten;
    if (!plain && !given_up && !closed) FAIL_CHECK("a result of " << result);
    give_up();
  }

  void give_up() {
    if (sends) way->sending = false;
    over = true;
    completions_then = completions;
    std::fill(buffer.begin(), buffer.end(), ended);
  }

  /// To be asked long after its end.
  bool was_left_alone() const {
    return completions == completions_then &&
           std::all_of(buffer.begin(), buffer.end(), [](unsigned char b) { return b == ended; });
  }

  std::shared_ptr<lane> way;
  bool sends;
  bool asked = false;  // to be cancelled
  bool over = false;
  int completions = 0;
  int completions_then = 0;
  std::vector<unsigned char> buffer;

 private:
  void make_message() {
    kind = sends ? rill::io_kind::send_message : rill::io_kind::receive_message;
    const std::size_t half = buffer.size() / 2;
    pieces_[0] = {buffer.data(), half};
    pieces_[1] = {buffer.data() + half, buffer.size() - half};
    message_.buffers = pieces_;
    message_.buffer_count = 2;
    data = &message_;
  }

  void check_received(std::size_t moved) {
    bool right = true;
    for (std::size_t i = 0; i < moved; ++i) {
      right = right && (way->forgotten || buffer[i] == byte_at(way->received + i));
    }
    for (std::size_t i = moved; i < buffer.size(); ++i) {
      right = right && buffer[i] == untouched;
    }
    if (!right) FAIL_CHECK("wrong bytes behind the first " << way->received);
    way->received += moved;
  }

  rill::io_buffer pieces_[2] = {};
  rill::io_message message_;
};

/// Two ends, and the one or two ways between them.
struct stress_link {
  explicit stress_link(bool socket) {
    const rill::detail::system_call_table& system = rill::detail::system_calls();
    if (socket) {
      constexpr int kind = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
      REQUIRE(system.socketpair(AF_UNIX, kind, 0, ends) == 0);
      // So that sends have to wait in the middle.
      const int little = 8 * 1024;
      for (const int end : ends) {
        system.setsockopt(end, SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
        system.setsockopt(end, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
      }
      lanes.push_back(std::make_shared<lane>(lane{ends[0], ends[1], true}));
    } else {
      REQUIRE(system.pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
    }
    lanes.push_back(std::make_shared<lane>(lane{ends[1], ends[0], socket}));
  }
  stress_link(const stress_link&) = delete;
  stress_link& operator=(const stress_link&) = delete;
  ~stress_link() {
    for (const int end : ends) rill::detail::system_calls().close(end);
  }

  int ends[2];
  std::vector<std::shared_ptr<lane>> lanes;
};

}  // namespace rill_test
