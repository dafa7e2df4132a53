// SPDX-License-Identifier: BSL-1.0
// task_status: how a member of a task_group says that it is ready.
#pragma once

#include <utility>

#include "rill/core/errors.hpp"
#include "rill/core/future.hpp"

namespace rill {

namespace detail {
struct status_access;
}

// [task_status]
/// Given to a coroutine that task_group::start() has begun. asyncio: none; trio: TaskStatus.
template <class T = void>
class task_status {
 public:
  /// Lets start() return, with the value. Throws usage_error when called twice. No effect when
  /// start() was cancelled.
  template <class... Args>
  void started(Args&&... value) const {
    if (ready_.cancelled()) return;
    if (ready_.done()) detail::throw_usage("rill: started() has been called already");
    ready_.set_result(std::forward<Args>(value)...);
  }
  // [/task_status]

 private:
  friend struct detail::status_access;
  explicit task_status(future<T> ready) noexcept : ready_(std::move(ready)) {}

  future<T> ready_;
};

namespace detail {
struct status_access {
  template <class T>
  static task_status<T> make(future<T> ready) noexcept {
    return task_status<T>(std::move(ready));
  }
};
}  // namespace detail

}  // namespace rill
