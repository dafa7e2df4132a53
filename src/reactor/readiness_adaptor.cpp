// SPDX-License-Identifier: BSL-1.0
#include "reactor/readiness_adaptor.hpp"

#include <cerrno>

#include "base/quiet_write.hpp"
#include "reactor/direction.hpp"
#include "reactor/socket_calls.hpp"

namespace rill::detail {

namespace {

// io_op::reactor_state while the operation is in the list of closed ones.
constexpr std::uint8_t state_closed = 0xff;

}  // namespace

bool readiness_adaptor::supports(reactor_feature feature) const noexcept {
  return feature == reactor_feature::readiness;
}

bool readiness_adaptor::register_handle(descriptor& entry, int& error) noexcept {
  error = add_handle(entry);
  if (error == EPERM) {
    entry.always_ready = true;
    error = 0;
  }
  if (error != 0) return false;
  make_quiet(entry.number);
  entry.registered = true;
  return true;
}

bool readiness_adaptor::start(io_op& op) noexcept {
  descriptor* const entry = table_.get(op.handle);
  if (entry == nullptr) [[unlikely]] {
    op.result = op.handle < 0 ? -EBADF : -ENOMEM;
    return true;
  }
  op.reactor_state = 0;
  descriptor_side& side = entry->side(direction_of(op.kind));
  if (!entry->registered) [[unlikely]] {
    // A connect is begun before the registration: an unconnected socket reports that it hangs up.
    const bool ended = op.kind == io_kind::connect && try_operation(*entry, side, op);
    if (ended) return true;
    int error = 0;
    if (!register_handle(*entry, error)) {
      op.result = -error;
      return true;
    }
    if (op.kind == io_kind::connect) {
      park(*entry, side, op);
      return false;
    }
  }
  if (side.first == nullptr && side.may_try && try_operation(*entry, side, op)) return true;
  park(*entry, side, op);
  return false;
}

void readiness_adaptor::park(descriptor& entry, descriptor_side& side, io_op& op) noexcept {
  op.next = nullptr;
  op.previous = side.last;
  (side.last != nullptr ? side.last->next : side.first) = &op;
  side.last = &op;
  ++pending_;
  if (op.previous == nullptr) note_interest(entry);
}

void readiness_adaptor::unpark(descriptor_side& side, io_op& op) noexcept {
  (op.previous != nullptr ? op.previous->next : side.first) = op.next;
  (op.next != nullptr ? op.next->previous : side.last) = op.previous;
  op.previous = nullptr;
  op.next = nullptr;
  --pending_;
}

io_cancel readiness_adaptor::cancel(io_op& op) noexcept {
  if (op.reactor_state == state_closed) return io_cancel::follows;
  descriptor& entry = *table_.find(op.handle);
  descriptor_side& side = entry.side(direction_of(op.kind));
  unpark(side, op);
  if (side.first == nullptr) note_interest(entry);
  return io_cancel::withdrawn;
}

void readiness_adaptor::end_closed(descriptor_side& side) noexcept {
  while (side.first != nullptr) {
    io_op& op = *side.first;
    unpark(side, op);
    ++pending_;
    op.result = io_closed;
    op.reactor_state = state_closed;
    (closed_last_ != nullptr ? closed_last_->next : closed_first_) = &op;
    closed_last_ = &op;
  }
  if (side.watch != nullptr) {
    side.watch->handle = invalid_handle;
    side.watch = nullptr;
    --pending_;
  }
  side.may_try = true;
}

void readiness_adaptor::forget(native_handle handle) noexcept {
  descriptor* const entry = table_.find(handle);
  if (entry == nullptr || !entry->registered) {
    if (entry != nullptr) {
      entry->read.may_try = true;
      entry->write.may_try = true;
    }
    return;
  }
  end_closed(entry->read);
  end_closed(entry->write);
  drop_handle(*entry);
  ++entry->generation;
  entry->registered = false;
  entry->always_ready = false;
  entry->hung_up = false;
  entry->level = false;
  entry->interest = 0;
  entry->kind = descriptor_kind::unknown;
  if (hosted_ && closed_first_ != nullptr) wake();
}

int readiness_adaptor::add_watch(io_watch& watch) noexcept {
  descriptor* const entry = table_.get(watch.handle);
  if (entry == nullptr) return watch.handle < 0 ? EBADF : ENOMEM;
  descriptor_side& side = entry->side(watch.direction);
  if (side.watch != nullptr) return EEXIST;
  if (!entry->registered) {
    int error = 0;
    if (!register_handle(*entry, error)) return error;
  }
  if (entry->always_ready) return EPERM;
  side.watch = &watch;
  ++pending_;
  const int error = note_interest(*entry);
  if (error != 0) remove_watch(watch);
  return error;
}

void readiness_adaptor::remove_watch(io_watch& watch) noexcept {
  if (watch.handle == invalid_handle) return;  // its handle was forgotten
  descriptor& entry = *table_.find(watch.handle);
  descriptor_side& side = entry.side(watch.direction);
  if (side.watch != &watch) return;
  side.watch = nullptr;
  --pending_;
  note_interest(entry);
}

void readiness_adaptor::ready(descriptor& entry, bool readable, bool writable,
                              bool hung_up) noexcept {
  if (hung_up) entry.hung_up = true;
  if (readable) {
    entry.read.may_try = true;
    pump(entry, entry.read);
    if (entry.read.watch != nullptr) entry.read.watch->fire(*entry.read.watch);
  }
  if (writable) {
    entry.write.may_try = true;
    pump(entry, entry.write);
    if (entry.write.watch != nullptr) entry.write.watch->fire(*entry.write.watch);
  }
}

void readiness_adaptor::pump(descriptor& entry, descriptor_side& side) noexcept {
  if (side.first == nullptr) return;
  while (side.first != nullptr && side.may_try) {
    io_op& op = *side.first;
    if (!try_operation(entry, side, op)) break;
    unpark(side, op);
    op.complete(op);
  }
  if (side.first == nullptr) note_interest(entry);
}

void readiness_adaptor::tell_closed() noexcept {
  while (closed_first_ != nullptr) {
    io_op& op = *closed_first_;
    closed_first_ = op.next;
    if (closed_first_ == nullptr) closed_last_ = nullptr;
    --pending_;
    op.complete(op);
  }
}

void readiness_adaptor::wait(std::int64_t timeout_ns) noexcept {
  const bool told = closed_first_ != nullptr;
  tell_closed();
  if (timeout_ns != 0 && !told && pending_ == 0 && !hosted_ && loop_activity::can_nap()) {
    activity_.nap(timeout_ns);
    return;
  }
  wait_for_reports(told ? 0 : timeout_ns);
  activity_.rise();
}

void readiness_adaptor::wake() noexcept {
  // Awake may mean: in the kernel. Woken: the kernel knows already, or there is no need.
  if (activity_.wake() == activity::awake) wake_kernel();
}

}  // namespace rill::detail
