// SPDX-License-Identifier: BSL-1.0
// outbox: what one client is still to be sent, at most so many lines, and the coroutine that sends
// them. Whoever puts a line in never waits.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "rill/core/coro.hpp"
#include "rill/streams/stream_writer.hpp"
#include "rill/sync/queue.hpp"

namespace chat {

/// A line for many: shared, not copied, by the outboxes that hold it.
using shared_line = std::shared_ptr<const std::string>;

class outbox {
 public:
  /// `patience`: how long a client may take nothing at all.
  outbox(std::size_t capacity, std::chrono::nanoseconds patience) noexcept
      : capacity_(capacity), patience_(patience) {}

  /// False if it is full; the line is not taken then. What comes after close() is dropped.
  bool offer(const shared_line& line);
  /// `last` is taken in any case, unless empty, and nothing after it. Idempotent.
  void close(std::string last = {});

  /// Sends what is put in, until the outbox is closed and everything has gone to the system, or
  /// the client is lost, or takes nothing for too long: then the connection is aborted.
  rill::coro<> deliver(rill::stream_writer& writer);

 private:
  rill::coro<bool> send_all(rill::stream_writer& writer);
  void write_waiting(rill::stream_writer& writer);

  std::size_t capacity_;
  std::chrono::nanoseconds patience_;
  rill::queue<shared_line> lines_;
};

}  // namespace chat
