// SPDX-License-Identifier: BSL-1.0
// The part of as_completed() that does not depend on types: who has ended, and who waits for that.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>

#include "rill/core/detail/fixed_array.hpp"
#include "rill/core/detail/foreign_awaiter.hpp"
#include "rill/core/detail/future_awaiter.hpp"
#include "rill/core/detail/future_state.hpp"
#include "rill/core/detail/task_state.hpp"
#include "rill/loop/detail/loop_services.hpp"

namespace rill::detail {

class completion_awaiter;
class completion_queue;

/// One of those that are waited for. Linked to its future until that is done, then in the queue.
struct completion_member : future_waiter {
  explicit completion_member(const state_ref<future_state>& future)
      : future_waiter(&on_done), state(checked(future)) {}
  ~completion_member() { state->remove_waiter(*this); }

  static void on_done(future_waiter& waiter, future_state& done) noexcept;

  completion_queue* queue = nullptr;
  completion_member* next_ended = nullptr;
  state_ref<future_state> state;
};

class completion_queue {
 public:
  completion_queue(const completion_queue&) = delete;
  completion_queue& operator=(const completion_queue&) = delete;

  void on_member_end(completion_member& member) noexcept;

 protected:
  using member_lookup = completion_member& (*)(completion_queue&, std::size_t) noexcept;

  completion_queue(std::int64_t timeout, member_lookup lookup);
  ~completion_queue() = default;

  void add(completion_member& member);
  std::size_t left() const noexcept { return left_; }

 private:
  friend class completion_awaiter;

  void push(completion_member& member) noexcept;

  completion_member* first_ended_ = nullptr;
  completion_member* last_ended_ = nullptr;
  completion_awaiter* waiting_ = nullptr;
  member_lookup lookup_;
  const scheduler* owner_ = nullptr;
  std::size_t count_ = 0;
  std::size_t pending_ = 0;
  std::size_t left_ = 0;  // not given yet
  std::int64_t deadline_ = never;
};

class completion_awaiter : public parking_awaiter, public native_awaiter, private timer_node {
 public:
  explicit completion_awaiter(completion_queue& queue) noexcept
      : timer_node(&on_due), queue_(&queue) {}
  completion_awaiter(const completion_awaiter&) = delete;
  completion_awaiter& operator=(const completion_awaiter&) = delete;

  bool await_ready() const noexcept {
    return queue_->first_ended_ != nullptr || queue_->left_ == 0;
  }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return park(waiting_task(handle), handle);
  }

  cancel_outcome try_cancel(const shared_text& reason) noexcept override;
  const char* describe() const noexcept override { return "as_completed"; }
  std::size_t awaited_count() const noexcept override { return queue_->pending_; }
  future_state* awaited_at(std::size_t index) const noexcept override;  // O(members)

  void wake() noexcept;

 protected:
  ~completion_awaiter() { stop(); }

  /// The oldest that has ended, or null if there is none left. Throws for a cancellation, and at
  /// the deadline.
  completion_member* take();

 private:
  bool park(task_state& task, std::coroutine_handle<> handle);
  void stop() noexcept;
  static void on_due(timer_node& timer) noexcept;

  completion_queue* queue_;
};

}  // namespace rill::detail
