// SPDX-License-Identifier: BSL-1.0
#include "streams/shared_device.hpp"

#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/quiet_write.hpp"
#include "base/system_calls.hpp"
#include "base/uninterrupted.hpp"
#include "rill/loop/detail/loop_services.hpp"

namespace rill::detail {

namespace {

// What is ready takes so much without blocking: a pipe PIPE_BUF, a terminal less.
std::size_t room_of(int handle) noexcept { return ::isatty(handle) == 1 ? 256 : PIPE_BUF; }

// Another program that uses the same handle may come in between: this blocks then, until there is
// something again.
std::int64_t move(const io_op& op) noexcept {
  const int handle = static_cast<int>(op.handle);
  return uninterrupted([&] {
    return op.kind == io_kind::read
               ? system_calls().read(handle, op.data, op.size)
               : quiet_write(handle, op.data, std::min(op.size, room_of(handle)));
  });
}

}  // namespace

shared_device::shared_device(loop_handle owned) noexcept
    : owned_(std::move(owned)), loop_reactor_(loop_services::of(*owned_.owner()).io()) {
  io_op::complete = &on_ready;
  io_op::handle = owned_.get();
}

bool shared_device::start(io_op& wanted) noexcept {
  io_op::kind = wanted.kind == io_kind::read ? io_kind::wait_readable : io_kind::wait_writable;
  waiting_ = &wanted;
  cancelled_ = false;
  if (!advance()) return false;
  waiting_ = nullptr;
  return true;
}

/// Waits, and goes on at once if it is ready. False: it waits.
bool shared_device::advance() noexcept {
  while (loop_reactor_.start(*this)) {
    if (perform()) return true;
  }
  return false;
}

/// Requires: the wait has ended. False: somebody else was faster.
bool shared_device::perform() noexcept {
  waiting_->result = io_op::result < 0 ? io_op::result : move(*waiting_);
  if (waiting_->result != -EAGAIN) return true;
  // The wait was over before it could be cancelled; there is none to be cancelled any more.
  if (cancelled_) waiting_->result = io_cancelled;
  return cancelled_;
}

void shared_device::on_ready(io_op& readiness) noexcept {
  auto& self = static_cast<shared_device&>(readiness);
  if (!self.perform() && !self.advance()) return;
  io_op& ended = *std::exchange(self.waiting_, nullptr);
  ended.complete(ended);
}

io_cancel shared_device::cancel(io_op& /*wanted*/) noexcept {
  const io_cancel asked = loop_reactor_.cancel(*this);
  if (asked == io_cancel::withdrawn) waiting_ = nullptr;
  cancelled_ = true;
  return asked;
}

}  // namespace rill::detail
