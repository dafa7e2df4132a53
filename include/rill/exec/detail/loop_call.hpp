// SPDX-License-Identifier: BSL-1.0
// The outcome of a job on its way into a future of a loop.
#pragma once

#include <cstdint>
#include <exception>
#include <utility>

#include "rill/base/unique_function.hpp"
#include "rill/core/detail/frame_pool.hpp"
#include "rill/core/detail/future_state.hpp"
#include "rill/core/detail/ready_queue.hpp"
#include "rill/core/future.hpp"
#include "rill/loop/detail/job_core.hpp"
#include "rill/loop/detail/loop_services.hpp"

namespace rill::detail {

/// Waits for the job and completes the future; cancels the job when the future is cancelled. It is
/// on the heap and ends itself, on the loop's thread.
///
/// Invariants: 1. While it waits for the job, its loop is open, and it is a resident of it. 2. From
/// reach() until its turn comes, it is in the loop's inbox or on the way there. 3. It is external
/// work of the loop while its future is not done, or something is to be called at the job's end.
class loop_call : public job_waiter,
                  private ready_node,
                  private loop_resident,
                  private future_waiter {
 public:
  loop_call(const loop_call&) = delete;
  loop_call& operator=(const loop_call&) = delete;

  /// Begins to wait; it owns itself from here on. On the loop's thread.
  void start() noexcept;
  /// Instead of start(): there will be no outcome.
  void give_up() noexcept { destroy(); }
  /// Has `function` called on the loop's thread when the job has ended, even if the future was
  /// cancelled before; or never, if the loop is closed first. Before start().
  void call_at_end(unique_function<void()> function) noexcept { at_end_ = std::move(function); }

  bool reach() noexcept override;
  void tell() noexcept override;

 protected:
  loop_call(job_ref<> waited, state_ref<future_state> future) noexcept;
  virtual ~loop_call() = default;

  job_ref<> job_;

 private:
  /// Gives the value to the future, which is not done.
  virtual void give_value() = 0;
  virtual void destroy() noexcept = 0;

  struct cancel_turn : ready_node {
    explicit cancel_turn(loop_call& call) noexcept;
    loop_call* owner;
    bool queued = false;
  };

  static void on_future_done(future_waiter& waiter, future_state& state) noexcept;
  static void run(ready_node& node) noexcept;
  static void drop(ready_node& node) noexcept;
  static void run_cancel(ready_node& node) noexcept;
  static void drop_cancel(ready_node& node) noexcept;
  static const ready_ops end_ops;
  static const ready_ops cancel_ops;

  void on_loop_close() noexcept override;
  void settle() noexcept;
  void leave_loop() noexcept;
  void end_if_idle() noexcept;

  state_ref<future_state> future_;
  scheduler* loop_;
  unique_function<void()> at_end_;
  cancel_turn cancel_;
  bool waits_for_job_ = true;
  bool outside_ = true;  // counted as external work
};

template <class T>
class loop_call_of final : public loop_call, public from_pool {
 public:
  loop_call_of(job_ref<job_state<T>> waited, future<T> promised)
      : loop_call(waited, future_access::state(promised)), promised_(std::move(promised)) {}

 private:
  void give_value() override {
    auto& state = static_cast<job_state<T>&>(*job_);
    if constexpr (std::is_void_v<T>) {
      promised_.set_result();
    } else {
      promised_.set_result(state.slot.take());
    }
  }
  void destroy() noexcept override { delete this; }

  future<T> promised_;
};

/// The same with a reference to the value, which the job keeps.
template <class T>
class loop_look final : public loop_call, public from_pool {
 public:
  loop_look(job_ref<job_state<T>> waited, future<T&> promised)
      : loop_call(waited, future_access::state(promised)), promised_(std::move(promised)) {}

 private:
  void give_value() override { promised_.set_result(static_cast<job_state<T>&>(*job_).slot.get()); }
  void destroy() noexcept override { delete this; }

  future<T&> promised_;
};

}  // namespace rill::detail
