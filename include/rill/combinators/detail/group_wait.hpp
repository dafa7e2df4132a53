// SPDX-License-Identifier: BSL-1.0
// What a task_group keeps of each member, and the wait for all of them.
#pragma once

#include <coroutine>
#include <cstddef>

#include "rill/base/detail/intrusive_list.hpp"
#include "rill/core/detail/foreign_awaiter.hpp"
#include "rill/core/detail/frame_pool.hpp"
#include "rill/core/detail/future_state.hpp"
#include "rill/core/detail/task_state.hpp"

namespace rill {
class task_group;
}

namespace rill::detail {

/// A member of a group, alive or failed.
struct group_member final : future_waiter, list_node {
  explicit group_member(task_group& owner) noexcept : future_waiter(&on_done), group(&owner) {}

  static void* operator new(std::size_t size) { return pool_allocate(size); }
  static void operator delete(void* block, std::size_t size) noexcept {
    pool_deallocate(block, size);
  }
  static void on_done(future_waiter& waiter, future_state& state) noexcept;

  task_group* group;
  state_ref<future_state> state;
};

/// Until no member lives. A cancellation of the waiting task stops the members; it stays pending,
/// and task_group::conclude() decides what becomes of it.
class [[nodiscard]] group_wait final : public parking_awaiter, public native_awaiter {
 public:
  explicit group_wait(task_group& group) noexcept : group_(&group) {}
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
  const char* describe() const noexcept override { return "task_group"; }
  std::size_t awaited_count() const noexcept override;
  future_state* awaited_at(std::size_t index) const noexcept override;

  void wake() noexcept { task_->wake(); }

 private:
  void park(task_state& task, std::coroutine_handle<> handle) noexcept;

  task_group* group_;
};

}  // namespace rill::detail
