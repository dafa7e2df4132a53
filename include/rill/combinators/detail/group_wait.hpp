// SPDX-License-Identifier: BSL-1.0
// The wait for all members of a task_group.
#pragma once

#include <coroutine>
#include <cstddef>

#include "rill/combinators/detail/group_state.hpp"
#include "rill/core/detail/foreign_awaiter.hpp"
#include "rill/core/detail/future_state.hpp"
#include "rill/core/detail/task_state.hpp"

namespace rill::detail {

/// Until no member lives. A cancellation of the waiting task stops the members; it stays pending,
/// and group_state::conclude() decides what becomes of it.
class [[nodiscard]] group_wait final : public parking_awaiter, public native_awaiter {
 public:
  explicit group_wait(group_state& group) noexcept : group_(&group) {}
  group_wait(const group_wait&) = delete;
  group_wait& operator=(const group_wait&) = delete;
  ~group_wait();

  bool await_ready() const noexcept;
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    park(*handle.promise().task(), handle);
  }
  void await_resume() { check_interrupt(); }

  cancel_outcome try_cancel(const shared_text& reason) noexcept override;
  bool passes_on() const noexcept override { return true; }
  task_state* pass_on_to(task_state* previous, const shared_text& reason) noexcept override;
  cancel_outcome passed_on() noexcept override { return cancel_outcome::awaits_tasks; }
  const char* describe() const noexcept override { return "task_group"; }
  std::size_t awaited_count() const noexcept override;
  future_state* awaited_at(std::size_t index) const noexcept override;

  void wake() noexcept { task_->wake(); }

 private:
  void park(task_state& task, std::coroutine_handle<> handle) noexcept;

  group_state* group_;
  intrusive_list<group_member>::iterator to_ask_{nullptr};  // while a request is passed on
};

}  // namespace rill::detail
