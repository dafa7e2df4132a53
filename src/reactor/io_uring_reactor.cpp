// SPDX-License-Identifier: BSL-1.0
//
// The io_uring reactor's operations: from start() to the kernel, and back by cancel() or forget().
#include "reactor/io_uring_reactor.hpp"

#include <sys/eventfd.h>

#include <cerrno>

#include "base/quiet_write.hpp"
#include "base/system_calls.hpp"
#include "reactor/direction.hpp"
#include "reactor/io_uring_operations.hpp"
#include "rill/base/error.hpp"

namespace rill::detail {

io_uring_reactor::io_uring_reactor(io_uring_rung first)
    : ring_(first), waker_(system_calls().eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (waker_ < 0) throw_system_error(errno, "rill: eventfd");
}

bool io_uring_reactor::supports(reactor_feature feature) const noexcept {
  switch (feature) {
    case reactor_feature::readiness:
    case reactor_feature::native_files:
    case reactor_feature::pollable:
      return true;
  }
  return false;
}

// Tries what needs no entry. A send is cheaper by a call of its own if it goes alone, and as an
// entry if others go with it. A receive is tried if the socket is known to have more, and so is an
// accept where the kernel has none that stays armed: with one connection a turn, a queue of them
// overflows, and who is turned away comes back after a second.
bool io_uring_reactor::try_now(io_uring_handle& handle, io_op& op) noexcept {
  if (handle.receiver.in_front() && direction_of(op.kind) == io_direction::read)
    return handle.receiver.serve(buffers_, op);
  switch (op.kind) {
    case io_kind::accept:
      if (is_polled(op.kind)) {
        if (!handle.nonempty) return false;
        break;
      }
      if (handle.listener == nullptr) return false;
      op.result = handle.listener->pop();
      return op.result != invalid_handle;
    case io_kind::wait_readable:
      op.result = 0;
      return handle.listener != nullptr && handle.listener->waiting() != 0;
    case io_kind::receive:
    case io_kind::receive_message:
      if (!handle.nonempty) return false;
      break;
    case io_kind::send:
      if (!direct_sends_) return false;
      break;
    case io_kind::send_message:
      break;
    case io_kind::write:
      if (!writes_by_call(handle)) return false;
      break;
    case io_kind::connect:
    case io_kind::read:
    case io_kind::read_at:
    case io_kind::write_at:
    case io_kind::wait_writable:
      return false;
  }
  op.result = uring::perform(op);
  const bool ended = op.result != -EAGAIN;
  if (direction_of(op.kind) == io_direction::write) {
    if (!ended) op.reactor_state |= state_blocked;
  } else if (!ended || (op.kind == io_kind::receive && (op.flags & io_peek) == 0 &&
                        op.result < static_cast<std::int64_t>(op.size))) {
    handle.nonempty = false;
  }
  if (op.kind == io_kind::receive) note_size(handle, op.result);
  return ended;
}

// The kernel raises SIGPIPE in this thread for an entry that writes to a pipe without a reader.
bool io_uring_reactor::writes_by_call(io_uring_handle& handle) noexcept {
  if (handle.writes == io_uring_handle::writing::unknown) {
    handle.writes = may_signal(handle.number) ? io_uring_handle::writing::by_call
                                              : io_uring_handle::writing::by_entry;
  }
  return handle.writes == io_uring_handle::writing::by_call;
}

bool io_uring_reactor::issue(io_uring_handle& handle, io_op& op) noexcept {
  const bool reads = direction_of(op.kind) == io_direction::read;
  if (reads && handle.receiver.armed != 0) return true;
  const auto enough = [&op](bool memory) {
    if (!memory) [[unlikely]]
      op.result = -ENOMEM;
    return memory;
  };
  if (op.kind == io_kind::accept && !is_polled(op.kind)) return enough(arm_accept(handle));
  if (may_receive_ahead(handle, op)) return enough(arm_receive(handle));
  io_uring_sqe* const place = entry();
  if (place == nullptr) return enough(false);
  if ((op.reactor_state & state_polling) != 0 || is_polled(op.kind) ||
      (op.kind == io_kind::write && writes_by_call(handle))) {
    io_uring_prep_poll_add(place, static_cast<int>(op.handle),
                           uring::poll_mask(direction_of(op.kind)));
    op.reactor_state |= state_polling;
  } else {
    const bool ready =
        op.kind == io_kind::receive ? handle.nonempty : (op.reactor_state & state_blocked) == 0;
    uring::prepare(*place, op, !ready && ring_.has_poll_first());
  }
  place->user_data = reinterpret_cast<std::uintptr_t>(&op);
  op.reactor_word = ring_.last_position();
  op.reactor_state |= state_issued;
  ++in_kernel_;
  return true;
}

// Makes nothing of an entry that the kernel has not seen.
bool io_uring_reactor::take_out(io_op& op) noexcept {
  io_uring_sqe* const place =
      ring_.unsubmitted(op.reactor_word, reinterpret_cast<std::uintptr_t>(&op));
  if (place == nullptr) return false;
  io_uring_prep_nop(place);
  place->user_data = tag_unheeded;
  op.reactor_state &= static_cast<std::uint8_t>(~state_issued);
  --in_kernel_;
  return true;
}

void io_uring_reactor::ask_back(io_op& op) noexcept {
  op.reactor_state |= state_asked;
  cancel_by_data(reinterpret_cast<std::uintptr_t>(&op));
}

void io_uring_reactor::settle(io_uring_handle& handle) noexcept {
  stop_accept_if_wanted(handle);
  stop_receive_if_wanted(handle);
}

// What holds the socket in the kernel is taken back within the call, so that closing the descriptor
// closes the socket, and its address is free.
void io_uring_reactor::forget(native_handle number) noexcept {
  io_uring_handle* const handle = handles_.find(number);
  if (handle == nullptr) return;
  bool held = disarm(*handle);
  held |= forget_operations(*handle);
  handle->nonempty = true;
  handle->writes = io_uring_handle::writing::unknown;
  for (int tries = 0; held && tries < 4; ++tries) {
    enter(0);
    held = ring_.has_unsubmitted();
  }
  if (!ended_.empty()) ring_bell();
}

}  // namespace rill::detail
