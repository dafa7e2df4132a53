// SPDX-License-Identifier: BSL-1.0
// Where the tasks of merge() meet whoever takes their items.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <utility>

#include "rill/core/detail/wait_list.hpp"
#include "rill/core/errors.hpp"

namespace rill::detail {

/// Sources offer one item each and wait until it is taken, in the order of their offers. The items
/// stay where they are offered. Invariant: nobody waits to take while something is offered.
class merge_meeting {
 public:
  explicit merge_meeting(std::size_t sources) noexcept : running_(sources) {}

  /// The wait of a source until its item was taken.
  class offer_awaiter final : public list_waiter {
   public:
    offer_awaiter(merge_meeting& meeting, void* item) noexcept : meeting_(&meeting), item_(item) {}
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
      const bool suspended = wait_in(meeting_->offers_, handle);
      if (suspended) meeting_->wake_taker();
      return suspended;
    }
    void await_resume() { check(); }
    const char* describe() const noexcept override { return "merge"; }
    void* item() const noexcept { return item_; }

   private:
    merge_meeting* meeting_;
    void* item_;
  };
  offer_awaiter offer(void* item) noexcept { return {*this, item}; }

  /// A source has ended. False if its error is not the first.
  bool leave(const std::exception_ptr& error) noexcept {
    --running_;
    const bool told = !error || !error_;
    if (error && told) error_ = error;
    wake_taker();
    return told;
  }
  bool is_over() const noexcept { return running_ == 0; }
  bool has_error() const noexcept { return error_ != nullptr; }
  /// What a source has thrown; the next one is the first again.
  std::exception_ptr take_error() noexcept { return std::exchange(error_, nullptr); }

  /// The wait for an offer, an error, or the end of all sources.
  class take_awaiter final : public list_waiter {
   public:
    explicit take_awaiter(merge_meeting& meeting) noexcept : meeting_(&meeting) {}
    bool await_ready() const noexcept { return meeting_->has_news(); }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
      return wait_in(meeting_->taker_, handle);
    }
    void await_resume() { check(); }
    const char* describe() const noexcept override { return "merge"; }

   private:
    merge_meeting* meeting_;
  };
  take_awaiter news() noexcept { return take_awaiter(*this); }

  bool has_offer() const noexcept { return !offers_.empty(); }
  /// The oldest item that is offered. Require: has_offer().
  void* offered() const noexcept { return static_cast<offer_awaiter&>(offers_.front()).item(); }
  /// Behind the taking of that item: its source goes on.
  void took() { offers_.grant_first(); }

 private:
  bool has_news() const noexcept { return error_ || has_offer() || running_ == 0; }
  void wake_taker() noexcept {
    if (!taker_.empty() && has_news()) taker_.grant_first();
  }

  wait_list offers_;
  wait_list taker_;
  std::size_t running_;
  std::exception_ptr error_;
};

/// What a source's task holds of the meeting, which it may outlive when their loop is closed.
class merge_place {
 public:
  explicit merge_place(std::shared_ptr<merge_meeting> meeting) noexcept
      : meeting_(std::move(meeting)) {}
  merge_place(merge_place&& other) noexcept = default;
  merge_place& operator=(merge_place&&) = delete;
  ~merge_place() {
    // The task was cancelled before its first step.
    if (meeting_) leave(std::make_exception_ptr(cancelled_error()));
  }

  merge_meeting& meeting() const noexcept { return *meeting_; }
  bool leave(const std::exception_ptr& error) noexcept {
    return std::exchange(meeting_, nullptr)->leave(error);
  }

 private:
  std::shared_ptr<merge_meeting> meeting_;
};

}  // namespace rill::detail
