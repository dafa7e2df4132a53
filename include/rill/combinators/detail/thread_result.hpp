// SPDX-License-Identifier: BSL-1.0
// The outcome of a coroutine on its way to another thread. Locks stay in the source file.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string_view>

#include "rill/core/detail/value_slot.hpp"
#include "rill/core/task.hpp"

namespace rill {
class event_loop;
}

namespace rill::detail {

/// Everything but set_task(), succeed(), fail() and abandon() may be called in any thread; those
/// belong to the loop's.
class thread_result : public std::enable_shared_from_this<thread_result> {
 public:
  explicit thread_result(event_loop& loop);
  virtual ~thread_result();
  thread_result(const thread_result&) = delete;
  thread_result& operator=(const thread_result&) = delete;

  bool done() const noexcept;
  bool cancelled() const noexcept;
  bool has_value() const noexcept;
  /// Blocks for at most so many nanoseconds; false if it is not done then. Throws usage_error in
  /// the loop's own thread, unless it is done.
  bool wait(std::int64_t nanoseconds) const;
  /// Requires: done.
  std::exception_ptr error() const noexcept;
  void throw_error() const;
  bool cancel(std::string_view reason);

  /// From here on it can be cancelled; a request that has come before is passed on.
  void set_task(const any_task& task);
  /// The value is in place.
  void succeed() noexcept;
  /// False if no handle is left that could look.
  bool fail(std::exception_ptr error) noexcept;
  /// No effect when done. Else it was never run, or was destroyed with its loop.
  void abandon() noexcept;

 private:
  struct shared;

  void cancel_task() noexcept;
  void finish(std::exception_ptr error, bool value) noexcept;

  std::unique_ptr<shared> shared_;
};

template <class T>
class thread_result_of final : public thread_result {
 public:
  using thread_result::thread_result;
  ~thread_result_of() override {
    if (has_value()) slot.destroy();
  }

  value_slot<T> slot;
};

}  // namespace rill::detail
