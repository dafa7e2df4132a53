// SPDX-License-Identifier: BSL-1.0
// Wakes a thread that watches a worker process while it has nothing to do.
#pragma once

#include "rill/base/native_handle.hpp"

namespace rill::detail {

class worker_waker {
 public:
  /// Throws std::system_error.
  worker_waker();
  worker_waker(const worker_waker&) = delete;
  worker_waker& operator=(const worker_waker&) = delete;
  ~worker_waker();

  /// In any thread. Is remembered until somebody waits.
  void wake() noexcept;
  /// Waits for wake(); false when `ended` has become readable first. invalid_handle: watches none.
  bool wait(native_handle ended) noexcept;

 private:
  void clear() noexcept;

  native_handle handle_ = invalid_handle;
  native_handle writing_ = invalid_handle;  // the same one, or the other end of a pipe
};

/// Whether a handle is readable now.
bool is_readable(native_handle handle) noexcept;

/// Calls `start` with all signals blocked, so that threads which it starts see none.
void without_signals(void (*start)(void* with), void* with);

}  // namespace rill::detail
