// SPDX-License-Identifier: BSL-1.0
#include "reactor/iocp_reactor.hpp"

#include <cerrno>

#include "base/windows_handles.hpp"
#include "reactor/iocp_calls.hpp"
#include "reactor/iocp_operations.hpp"

namespace rill::detail {

namespace {

// Where it fails the completion is on its way, which the record tells. Wine overhears a request
// while a send that waited is about to go on, and hears the next one (docs/design/iocp.md).
void ask_for(iocp_request& request) noexcept {
  constexpr int most_tries = 8;
  OVERLAPPED& record = request.overlapped;
  for (int i = 0; i < most_tries; ++i) {
    const BOOL found = iocp_calls.cancel(handle_of(request.handle), &record);
    if (found != FALSE || HasOverlappedIoCompleted(&record)) return;
  }
}

}  // namespace

// -- operations ----------------------------------------------------------------------------------

// Whether the handle's operations can be reported: 0 or an error code.
int iocp_reactor::prepare(iocp_handle& handle) noexcept {
  if (handle.associated) [[likely]]
    return 0;
  int error = handle.kind == iocp_kind::other ? iocp::read_as_bytes(handle) : 0;
  if (error == 0) error = port_.associate(handle.number);
  handle.associated = error == 0;
  if (error != 0) handle.kind = iocp_kind::unknown;  // another handle may get that number
  return error;
}

bool iocp_reactor::try_now(iocp_handle& handle, io_op& op) noexcept {
  iocp::examine(handle);
  if (!iocp::is_direct(handle, op)) return false;
  op.result = iocp::perform(handle, op);
  if (op.result == -EBADF) handle.kind = iocp_kind::unknown;
  return true;
}

bool iocp_reactor::issue(iocp_handle& handle, io_op& op) noexcept {
  if (const int error = prepare(handle); error != 0) {
    op.result = -error;
    return false;
  }
  iocp_request* const request = requests_.take();
  if (request == nullptr) {
    op.result = -ENOMEM;
    return false;
  }
  request->op = &op;
  request->handle = handle.number;
  iocp::outcome begun = iocp::begin(handle, *request);
  while (!begun.pending && begun.result == iocp::begin_anew) {
    begun = iocp::begin(handle, *request);
  }
  if (begun.pending) {
    op.reactor_word = request->number;
    op.reactor_state |= state_issued;
    ++in_kernel_;
    return true;
  }
  requests_.give_back(*request);
  op.result = begun.result;
  return false;
}

void iocp_reactor::ask_back(io_op& op) noexcept {
  op.reactor_state |= state_asked;
  ask_for(requests_.at(op.reactor_word));
}

// Closing a socket ends what the kernel has of it, and its completions come all the same.
void iocp_reactor::forget(native_handle number) noexcept {
  iocp_handle* const handle = handles_.find(number);
  if (handle == nullptr) return;
  forget_operations(*handle);
  if (!ended_.empty()) show();
  handle->associated = false;
  handle->kind = iocp_kind::unknown;
}

int iocp_reactor::add_watch(io_watch& /*watch*/) noexcept { return ENOTSUP; }
void iocp_reactor::remove_watch(io_watch& /*watch*/) noexcept {}

// -- ends ----------------------------------------------------------------------------------------

// Completions of the records name requests, which are here; the records need not be any more. Each
// request is cancelled, not each handle: a number that was closed behind our back may be that of
// somebody else's operations now.
iocp_reactor::~iocp_reactor() {
  requests_.for_each_in_use(&ask_for);
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
  const std::span<const OVERLAPPED_ENTRY> reports = port_.wait(fall_asleep(timeout_ns));
  activity_.rise();
  for (const OVERLAPPED_ENTRY& report : reports) {
    if (report.lpOverlapped != nullptr) take(iocp_request::of(*report.lpOverlapped));
  }
  tell_ends();
  if (listed_ != nullptr) show();
}

void iocp_reactor::take(iocp_request& request) noexcept {
  io_op& op = *request.op;
  --in_kernel_;
  iocp_handle* const handle = take_answered(op);
  const std::int64_t result = handle == nullptr ? io_closed : iocp::finish(*handle, request);
  iocp::dispose(request);
  requests_.give_back(request);
  if (handle != nullptr) take_result(*handle, op, result);
}

void iocp_reactor::take_result(iocp_handle& handle, io_op& op, std::int64_t result) noexcept {
  const bool asked = (op.reactor_state & state_asked) != 0;
  if (result == iocp::begin_anew && !asked) {
    list(handle);
    return;
  }
  if (result == iocp::begin_anew) result = io_cancelled;
  // Unasked: somebody has closed the handle behind our back.
  if (result == io_cancelled && !asked) result = io_closed;
  end_first(handle, op, result);
}

// A host that waits for the port sleeps elsewhere, and nobody knows when.
void iocp_reactor::wake() noexcept {
  const activity before = activity_.wake();
  if (before == activity::asleep ||
      (before == activity::awake && polled_.load(std::memory_order_relaxed))) {
    port_.wake();
  }
}

void iocp_reactor::show() noexcept {
  if (polled_.load(std::memory_order_relaxed)) wake();
}

native_handle iocp_reactor::pollable() const noexcept {
  // What woke us before has posted nothing.
  if (!polled_.exchange(true, std::memory_order_relaxed)) port_.wake();
  return port_.handle();
}

}  // namespace rill::detail
