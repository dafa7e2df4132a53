// SPDX-License-Identifier: BSL-1.0
// fill_awaiter: waits until more bytes have come: receives them, or is woken by who feeds them.
// read_into_awaiter: a whole read on top of it, without a coroutine of its own.
#pragma once

#include <coroutine>
#include <cstddef>
#include <span>

#include "rill/loop/io_awaiter.hpp"

namespace rill::detail {

class stream_core;

/// Fills the reader's buffer, or memory of the caller (of a connected reader only).
/// **Cancellation**: nothing was received, or it is in the buffer.
class fill_operation : public io_awaiter {
 public:
  explicit fill_operation(stream_core& core);
  fill_operation(stream_core& core, std::span<std::byte> room);
  fill_operation(const fill_operation&) = delete;
  fill_operation& operator=(const fill_operation&) = delete;

  bool await_ready() const noexcept;

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) {
    if (connected_) return io_awaiter::await_suspend(waiting);
    return park(waiting_task(waiting), waiting);
  }

  /// The number of bytes; 0 is the end of the stream, or, when fed by hand, anything that has
  /// changed.
  std::size_t await_resume();

  cancel_outcome try_cancel(const shared_text& reason) noexcept override;
  const char* describe() const noexcept override { return "stream"; }

  /// Bytes, the end or an error were fed.
  void wake() noexcept;

 protected:
  ~fill_operation();
  stream_core& core() const noexcept { return *core_; }
  bool connected() const noexcept { return connected_; }

 private:
  void aim(std::span<std::byte> room) noexcept;
  bool park(task_state& task, std::coroutine_handle<> waiting) noexcept;
  void leave() noexcept;

  stream_core* core_;
  const bool connected_;
  const bool own_room_;
  bool parked_ = false;
};

class [[nodiscard]] fill_awaiter final : public fill_operation {
 public:
  explicit fill_awaiter(stream_core& core) : fill_operation(core) {}
};

/// stream_reader::read_into().
class [[nodiscard]] read_into_awaiter final : public fill_operation {
 public:
  read_into_awaiter(stream_core& core, std::span<std::byte> room);
  ~read_into_awaiter();

  /// Begins the read. True if nothing has to be waited for.
  bool await_ready();
  std::size_t await_resume();

 private:
  std::span<std::byte> room_;
  bool begun_ = false;
  bool received_ = false;  // straight into the caller's memory
};

}  // namespace rill::detail
