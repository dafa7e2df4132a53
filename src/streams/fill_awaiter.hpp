// SPDX-License-Identifier: BSL-1.0
// fill_awaiter: waits until more bytes have come: receives them, or is woken by who feeds them.
#pragma once

#include <coroutine>
#include <cstddef>
#include <span>

#include "rill/loop/io_awaiter.hpp"
#include "streams/stream_core.hpp"

namespace rill::detail {

/// Fills the reader's buffer, or memory of the caller (of a connected reader only).
/// **Cancellation**: nothing was received, or it is in the buffer.
class [[nodiscard]] fill_awaiter final : public io_awaiter {
 public:
  /// How much room is made for a receive.
  static constexpr std::size_t least_room = 4 * 1024;

  explicit fill_awaiter(stream_core& core) : io_awaiter(core.io()), core_(&core) {
    if (core.is_open()) aim(core.input.prepare(least_room));
  }
  fill_awaiter(stream_core& core, std::span<std::byte> room)
      : io_awaiter(core.io()), core_(&core), own_room_(true) {
    aim(room);
  }
  fill_awaiter(const fill_awaiter&) = delete;
  fill_awaiter& operator=(const fill_awaiter&) = delete;
  ~fill_awaiter() {
    if (parked_) core_->set_waiting_fill(nullptr);
  }

  // Closed meanwhile: await_resume() tells.
  bool await_ready() const noexcept { return core_->is_connected() && !core_->is_open(); }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) {
    if (core_->is_connected()) return io_awaiter::await_suspend(waiting);
    task_state& task = waiting_task(waiting);
    task_ = &task;
    if (task.interrupt_due()) [[unlikely]] {
      task.take_delivery();
      return false;
    }
    parked_ = true;
    core_->set_waiting_fill(this);
    task.suspend(waiting, *this);
    return true;
  }

  /// The number of bytes; 0 is the end of the stream, or, when fed by hand, anything that has
  /// changed.
  std::size_t await_resume() {
    if (!core_->is_connected()) {
      check_interrupt();
      core_->check_readable();
      return 0;
    }
    const std::int64_t received = core_->is_open() || task_ != nullptr ? finish() : io_closed;
    const std::size_t count = core_->note_received(received);
    if (!own_room_) core_->input.commit(count);
    return count;
  }

  cancel_outcome try_cancel(const shared_text& reason) noexcept override {
    if (core_->is_connected()) return io_awaiter::try_cancel(reason);
    leave();
    return cancel_outcome::withdrawn;
  }
  const char* describe() const noexcept override { return "stream"; }

  /// Bytes, the end or an error were fed.
  void wake() noexcept {
    leave();
    task_->wake();
  }

 private:
  void aim(std::span<std::byte> room) noexcept {
    kind = io_kind::receive;
    flags = io_read_ahead;  // nobody else reads from the socket
    handle = core_->native();
    data = room.data();
    size = room.size();
  }
  void leave() noexcept {
    parked_ = false;
    core_->set_waiting_fill(nullptr);
  }

  stream_core* core_;
  bool own_room_ = false;
  bool parked_ = false;
};

}  // namespace rill::detail
