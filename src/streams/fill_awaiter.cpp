// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/detail/fill_awaiter.hpp"

#include <algorithm>

#include "rill/core/errors.hpp"
#include "streams/stream_core.hpp"

namespace rill::detail {

namespace {

reactor& io_of(stream_core& core) {
  if (!core.has_loop()) throw_usage("rill: the event loop of this stream is closed");
  return core.io();
}

}  // namespace

fill_operation::fill_operation(stream_core& core)
    : io_awaiter(io_of(core)), core_(&core), connected_(core.is_connected()), own_room_(false) {
  if (core.is_open()) aim(core.input.receive_room());
}

fill_operation::fill_operation(stream_core& core, std::span<std::byte> room)
    : io_awaiter(io_of(core)), core_(&core), connected_(core.is_connected()), own_room_(true) {
  aim(room);
}

fill_operation::~fill_operation() {
  if (parked_) core_->set_waiting_fill(nullptr);
}

void fill_operation::aim(std::span<std::byte> room) noexcept {
  kind = core_->wiring().read_kind;
  flags = io_read_ahead;  // nobody else reads from it
  handle = core_->wiring().handle;
  data = room.data();
  size = room.size();
}

// Closed meanwhile: await_resume() tells.
bool fill_operation::await_ready() const noexcept { return connected_ && !core_->is_open(); }

bool fill_operation::park(task_state& task, std::coroutine_handle<> waiting) noexcept {
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

std::size_t fill_operation::await_resume() {
  if (!connected_) {
    check_interrupt();
    core_->check_readable();
    return 0;
  }
  const std::int64_t received = core_->is_open() || task_ != nullptr ? finish() : io_closed;
  const std::size_t count = core_->note_received(received);
  if (!own_room_) core_->input.received(count);
  return count;
}

cancel_outcome fill_operation::try_cancel(const shared_text& reason) noexcept {
  if (connected_) return io_awaiter::try_cancel(reason);
  leave();
  return cancel_outcome::withdrawn;
}

void fill_operation::wake() noexcept {
  leave();
  task_->wake();
}

void fill_operation::leave() noexcept {
  parked_ = false;
  core_->set_waiting_fill(nullptr);
}

// -- read_into -----------------------------------------------------------------------------------

read_into_awaiter::read_into_awaiter(stream_core& core, std::span<std::byte> room)
    : fill_operation(core, room), room_(room) {
  core.add_reference();
}

read_into_awaiter::~read_into_awaiter() {
  stream_core& read = core();
  if (begun_) read.end_read();
  read.release();
}

bool read_into_awaiter::await_ready() {
  stream_core& read = core();
  read.begin_read();
  begun_ = true;
  read.check_readable();
  if (room_.empty() || !read.input.empty() || read.at_end()) return true;
  received_ = connected();
  return fill_operation::await_ready();
}

std::size_t read_into_awaiter::await_resume() {
  if (received_) return fill_operation::await_resume();
  if (task_ != nullptr) fill_operation::await_resume();
  stream_core& read = core();
  const std::size_t count = std::min(room_.size(), read.input.size());
  read.input.take_into(room_.first(count));
  return count;
}

}  // namespace rill::detail
