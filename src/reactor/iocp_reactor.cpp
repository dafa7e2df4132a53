// SPDX-License-Identifier: BSL-1.0
#include "reactor/iocp_reactor.hpp"

#include <cerrno>

#include "reactor/direction.hpp"
#include "reactor/iocp_calls.hpp"
#include "reactor/iocp_operations.hpp"

namespace rill::detail {

namespace {

HANDLE handle_of(native_handle handle) noexcept { return reinterpret_cast<HANDLE>(handle); }

}  // namespace

// -- operations ----------------------------------------------------------------------------------

bool iocp_reactor::start(io_op& op) noexcept {
  iocp_handle* const handle = handles_.get(op.handle);
  if (handle == nullptr) [[unlikely]] {
    op.result = op.handle < 0 ? -EBADF : -ENOMEM;
    return true;
  }
  op.reactor_state = 0;
  record_list<io_op>& lane = handle->lane(direction_of(op.kind));
  if (lane.empty() && issue(*handle, op)) return true;
  lane.push_back(op);
  ++pending_;
  return false;
}

// Whether the handle's operations can be reported: 0 or an error code.
int iocp_reactor::prepare(iocp_handle& handle) noexcept {
  if (handle.associated) [[likely]]
    return 0;
  const int error = port_.associate(handle.number);
  handle.associated = error == 0;
  return error;
}

// True: it has ended within the call.
bool iocp_reactor::issue(iocp_handle& handle, io_op& op) noexcept {
  iocp::examine(handle);
  if (iocp::is_direct(handle, op)) {
    op.result = iocp::perform(handle, op);
    return true;
  }
  if (const int error = prepare(handle); error != 0) {
    op.result = -error;
    return true;
  }
  iocp_request* const request = requests_.take();
  if (request == nullptr) {
    op.result = -ENOMEM;
    return true;
  }
  request->op = &op;
  iocp::outcome begun = iocp::begin(handle, *request);
  while (!begun.pending && begun.result == iocp::begin_anew) {
    begun = iocp::begin(handle, *request);
  }
  if (begun.pending) {
    op.reactor_word = request->number;
    op.reactor_state |= state_issued;
    ++in_kernel_;
    return false;
  }
  requests_.give_back(*request);
  op.result = begun.result;
  return true;
}

void iocp_reactor::ask_back(io_op& op) noexcept {
  op.reactor_state |= state_asked;
  // Where it fails the completion is on its way.
  iocp_calls.cancel(handle_of(op.handle), &requests_.at(op.reactor_word).overlapped);
}

io_cancel iocp_reactor::cancel(io_op& op) noexcept {
  constexpr unsigned on_its_way = state_ended | state_forgotten | state_asked;
  if ((op.reactor_state & on_its_way) != 0) return io_cancel::follows;
  if ((op.reactor_state & state_issued) != 0) {
    ask_back(op);
    return io_cancel::follows;
  }
  iocp_handle& handle = *handles_.find(op.handle);
  record_list<io_op>& lane = handle.lane(direction_of(op.kind));
  const bool first = lane.first() == &op;
  lane.remove(op);
  --pending_;
  if (first && !lane.empty()) list(handle);
  return io_cancel::withdrawn;
}

void iocp_reactor::end(io_op& op, std::int64_t result) noexcept {
  op.result = result;
  op.reactor_state = state_ended;
  ended_.push_back(op);
}

void iocp_reactor::end_first(iocp_handle& handle, io_op& op, std::int64_t result) noexcept {
  record_list<io_op>& lane = handle.lane(direction_of(op.kind));
  lane.remove(op);
  end(op, result);
  if (!lane.empty()) list(handle);
}

void iocp_reactor::list(iocp_handle& handle) noexcept {
  if (handle.listed) return;
  handle.listed = true;
  handle.next_listed = listed_;
  listed_ = &handle;
  show();
}

void iocp_reactor::issue_listed() noexcept {
  while (listed_ != nullptr) {
    iocp_handle& handle = *listed_;
    listed_ = handle.next_listed;
    handle.listed = false;
    for (record_list<io_op>& lane : handle.operations) {
      io_op* const op = lane.first();
      if (op == nullptr || (op->reactor_state & state_issued) != 0) continue;
      if (issue(handle, *op)) end_first(handle, *op, op->result);
    }
  }
}

// Closing a socket ends what the kernel has of it, and its completions come all the same.
void iocp_reactor::forget(native_handle number) noexcept {
  iocp_handle* const handle = handles_.find(number);
  if (handle == nullptr) return;
  for (record_list<io_op>& lane : handle->operations) forget_operations(lane);
  handle->associated = false;
  handle->kind = iocp_kind::unknown;
}

void iocp_reactor::forget_operations(record_list<io_op>& lane) noexcept {
  while (io_op* const op = lane.pop_front()) {
    if ((op->reactor_state & state_issued) == 0) {
      end(*op, io_closed);
      show();
      continue;
    }
    if ((op->reactor_state & state_asked) == 0) ask_back(*op);
    op->reactor_state |= state_forgotten;
    forgotten_.push_back(*op);
  }
}

int iocp_reactor::add_watch(io_watch& /*watch*/) noexcept { return ENOTSUP; }
void iocp_reactor::remove_watch(io_watch& /*watch*/) noexcept {}

// -- ends ----------------------------------------------------------------------------------------

// Completions of the records name requests, which are here; the records need not be any more.
iocp_reactor::~iocp_reactor() {
  handles_.for_each([](iocp_handle& handle) {
    if (handle.associated) iocp_calls.cancel(handle_of(handle.number), nullptr);
  });
  while (in_kernel_ != 0) {
    for (const OVERLAPPED_ENTRY& report : port_.wait(-1)) {
      if (report.lpOverlapped == nullptr) continue;
      iocp::dispose(iocp_request::of(*report.lpOverlapped));
      --in_kernel_;
    }
  }
}

void iocp_reactor::wait(std::int64_t timeout_ns) noexcept {
  if (listed_ != nullptr) issue_listed();
  if (!ended_.empty()) timeout_ns = 0;
  if (timeout_ns != 0) {
    // Pairs with wake(): either this sees that it was woken, or wake() sees that it sleeps.
    std::uint8_t before = awake;
    if (!activity_.compare_exchange_strong(before, asleep, std::memory_order_acq_rel))
      timeout_ns = 0;
  }
  const std::span<const OVERLAPPED_ENTRY> reports = port_.wait(timeout_ns);
  // What was queued before wake() was called is seen after this.
  if (activity_.load(std::memory_order_relaxed) != awake)
    activity_.exchange(awake, std::memory_order_acq_rel);
  for (const OVERLAPPED_ENTRY& report : reports) {
    if (report.lpOverlapped != nullptr) take(iocp_request::of(*report.lpOverlapped));
  }
  tell();
}

void iocp_reactor::take(iocp_request& request) noexcept {
  io_op& op = *request.op;
  --in_kernel_;
  std::int64_t result = io_closed;
  if ((op.reactor_state & state_forgotten) == 0) {
    result = iocp::finish(*handles_.find(op.handle), request);
  }
  iocp::dispose(request);
  requests_.give_back(request);
  take_result(op, result);
}

void iocp_reactor::take_result(io_op& op, std::int64_t result) noexcept {
  const unsigned before = op.reactor_state;
  op.reactor_state &= static_cast<std::uint8_t>(~state_issued);
  if ((before & state_forgotten) != 0) {
    forgotten_.remove(op);
    end(op, io_closed);
    return;
  }
  iocp_handle& handle = *handles_.find(op.handle);
  const bool asked = (before & state_asked) != 0;
  if (result == iocp::begin_anew && !asked) {
    list(handle);
    return;
  }
  if (result == iocp::begin_anew) result = io_cancelled;
  // Unasked: somebody has closed the handle behind our back.
  if (result == io_cancelled && !asked) result = io_closed;
  end_first(handle, op, result);
}

void iocp_reactor::tell() noexcept {
  while (io_op* const op = ended_.pop_front()) {
    --pending_;
    op->reactor_state = 0;
    op->complete(*op);
  }
}

// Only the first of several calls, and only if the thread sleeps, costs a system call. The exchange
// releases what was queued before to the one in wait(). A host that waits for the port sleeps
// elsewhere, and nobody knows when.
void iocp_reactor::wake() noexcept {
  const std::uint8_t before = activity_.exchange(woken, std::memory_order_acq_rel);
  if (before == asleep || (before == awake && polled_.load(std::memory_order_relaxed))) {
    port_.wake();
  }
}

// What is to be told or issued by the next wait() without a report of the kernel's.
void iocp_reactor::show() noexcept {
  if (polled_.load(std::memory_order_relaxed)) wake();
}

native_handle iocp_reactor::pollable() const noexcept {
  polled_.store(true, std::memory_order_relaxed);
  return port_.handle();
}

}  // namespace rill::detail
