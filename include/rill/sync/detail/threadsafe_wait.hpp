// SPDX-License-Identifier: BSL-1.0
// A task's wait in a threadsafe_core: what the awaiters of threadsafe_queue share.
#pragma once

#include <coroutine>
#include <utility>

#include "rill/core/detail/foreign_awaiter.hpp"
#include "rill/core/detail/task_state.hpp"
#include "rill/core/detail/waiting_task.hpp"
#include "rill/core/scheduler.hpp"
#include "rill/sync/detail/threadsafe_core.hpp"

namespace rill::detail {

/// Party is a waiting_party. Everything here happens in the thread of the task's loop; other
/// threads touch the Party, under the lock, and queue the task.
///
/// While it waits it is external work of its loop: what it waits for comes from outside.
template <class Party>
class party_wait : public parking_awaiter, public native_awaiter, public Party {
 public:
  party_wait(const party_wait&) = delete;
  party_wait& operator=(const party_wait&) = delete;

  bool await_ready() const noexcept { return false; }

  /// A grant belongs to its task from the moment in which it is made, in whatever thread.
  cancel_outcome try_cancel(const shared_text& /*reason*/) noexcept override {
    return core_->withdraw(*this) ? cancel_outcome::withdrawn : cancel_outcome::too_late;
  }
  /// So that a loop that is closed takes all its waits back before it destroys any frame.
  bool is_lent() const noexcept override { return true; }

 protected:
  explicit party_wait(threadsafe_core& core) noexcept : core_(&core) {}
  ~party_wait() {
    if (suspended_) [[unlikely]]
      end_unfinished();
  }

  /// For await_suspend(). `attempt` is called under the lock; it says whether the operation has
  /// ended at once, and sets `stage` then.
  template <class Promise, class Attempt>
  bool begin(std::coroutine_handle<Promise> handle, party_list& list, Attempt attempt) {
    task_state& task = waiting_task(handle);
    if (task.interrupt_due()) [[unlikely]] {
      task_ = &task;
      task.take_delivery();
      return false;
    }
    try {
      core_guard guard(*core_);
      if (!attempt()) {
        park(task, handle, list, !rill_promise<Promise>);
        return true;
      }
    } catch (...) {
      discard_waiting_task<Promise>(task);
      throw;
    }
    if constexpr (rill_promise<Promise>) {
      // A thread that is always faster must not keep this task's neighbours from running.
      if (task.owner().spend_budget()) [[unlikely]] {
        take_turn(task, handle);
        return true;
      }
    }
    discard_waiting_task<Promise>(task);
    return false;
  }

  /// For await_resume(): the outcome. Throws for a cancellation.
  party_stage finish() {
    if (suspended_) end_wait();
    task_state* const task = std::exchange(task_, nullptr);
    if (task != nullptr && task->take_interrupt()) task->throw_interrupt();
    return this->stage;
  }

  /// For destructors, before anything goes that Party refers to.
  void leave() noexcept {
    if (suspended_) [[unlikely]]
      core_->withdraw(*this);
  }
  /// Behind that: the frame goes with its loop, and a grant was not used.
  bool has_unused_grant() const noexcept {
    return suspended_ && this->stage == party_stage::granted;
  }

 private:
  // Under the lock. The task may be queued as soon as that is free, but it runs in this thread.
  void park(task_state& task, std::coroutine_handle<> handle, party_list& list,
            bool guest) noexcept {
    suspend(task);
    outside_ = true;
    guest_ = guest;
    if (guest) task.add_reference();  // who destroys a foreign coroutine may come late
    task.owner().begin_external_work();
    task.suspend(handle, *this);
    this->parked = &task;
    threadsafe_core::enlist(list, *this);
  }
  void take_turn(task_state& task, std::coroutine_handle<> handle) noexcept {
    suspend(task);
    task.suspend_ready(handle, *this);
  }
  void suspend(task_state& task) noexcept {
    task_ = &task;
    suspended_ = true;
    core_->add_reference();
  }
  void end_wait() noexcept {
    suspended_ = false;
    if (std::exchange(outside_, false)) task_->owner().end_external_work();
    if (std::exchange(guest_, false)) {
      task_->release();
      task_ = nullptr;  // a guest is not interrupted
    }
    core_->release();
  }
  // The destructor of a derived class has left already.
  void end_unfinished() noexcept {
    // A task that has been told belongs to a loop that is closed now, which counts no more. A
    // foreign coroutine may be destroyed at any time.
    const bool told = this->stage != party_stage::idle;
    if (outside_ && (guest_ || !told)) task_->owner().end_external_work();
    if (guest_) {
      if (told) {
        task_->forget_queued_guest();
      } else {
        task_->release();
      }
      task_->release();
    }
    core_->release();
  }

  threadsafe_core* core_;
  bool suspended_ = false;
  bool outside_ = false;  // counted as external work
  bool guest_ = false;    // task_ is a guest that this wait has made
};

}  // namespace rill::detail
