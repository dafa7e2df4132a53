// SPDX-License-Identifier: BSL-1.0
// By an event. A process' handle is "readable" when it has ended.
#include <windows.h>

#include <array>

#include "base/windows_errors.hpp"
#include "base/windows_handles.hpp"
#include "exec/process_channel.hpp"
#include "exec/worker_waker.hpp"
#include "rill/base/error.hpp"

namespace rill::detail {

worker_waker::worker_waker() {
  const HANDLE made = ::CreateEventW(nullptr, FALSE, FALSE, nullptr);
  if (made == nullptr) {
    throw_system_error(errno_of(::GetLastError()), "rill: starting a process pool");
  }
  handle_ = writing_ = number_of(made);
}

worker_waker::~worker_waker() { close_handle(handle_); }

void worker_waker::wake() noexcept { ::SetEvent(handle_of(writing_)); }

// Of both, the first in the row is told; a wait that tells of the event clears it.
bool worker_waker::wait(native_handle ended) noexcept {
  const std::array<HANDLE, 2> watched{handle_of(handle_), handle_of(ended)};
  const DWORD count = ended == invalid_handle ? 1 : 2;
  return ::WaitForMultipleObjects(count, watched.data(), FALSE, INFINITE) == WAIT_OBJECT_0;
}

bool is_readable(native_handle handle) noexcept {
  return ::WaitForSingleObject(handle_of(handle), 0) == WAIT_OBJECT_0;
}

void without_signals(void (*start)(void* with), void* with) { start(with); }

}  // namespace rill::detail
