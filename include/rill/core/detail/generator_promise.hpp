// SPDX-License-Identifier: BSL-1.0
// The inside of async_generator: the promise between two yields, who owns the frame, and one step.
// docs/design/generators.md tells the whole model.
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

#include "rill/core/coro.hpp"
#include "rill/core/scheduler.hpp"
#include "rill/core/task.hpp"

namespace rill::detail {

class generator_owner;
class generator_step;

/// Invariants: 1. step_ is set from the start of a step until its await has ended; the frame
/// belongs to the step if object_ is null then. 2. It is in its scheduler's list, and holds a
/// reference to that, from its first step until its frame goes.
class generator_promise_base : public awaiting_promise, public live_generator {
 public:
  /// The suspension of a co_yield.
  class yield_point {
   public:
    explicit yield_point(generator_promise_base& self) noexcept : promise_(&self) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> /*self*/) const { promise_->stop_at_yield(); }

   protected:
    /// Throws what was thrown in.
    void check() const {
      if (promise_->error_) [[unlikely]]
        std::rethrow_exception(std::exchange(promise_->error_, nullptr));
    }
    generator_promise_base* promise_;
  };

  void unhandled_exception() noexcept {
    error_ = std::current_exception();
    outcome_ = promise_outcome::error;
  }
  void return_void() noexcept { outcome_ = promise_outcome::value; }

  bool has_begun() const noexcept { return owner_ != nullptr; }
  bool is_orphan() const noexcept { return object_ == nullptr; }
  bool is_at_step() const noexcept { return step_ != nullptr; }
  /// For the end of a run, which tries it once.
  bool may_be_closed() const noexcept { return !is_at_step() && !close_tried_; }
  void begin_last_close() noexcept { close_tried_ = true; }
  generator_owner& object() const noexcept { return *object_; }

  /// Starts a step for `caller`, once `arm()` has put in what the step brings. False: it has ended,
  /// the caller need not suspend. Throws usage_error, before anything has changed.
  template <class Promise, class Arm>
  bool start_step(generator_step& step, std::coroutine_handle<Promise> caller, Arm arm);

  /// The end of a step: the promise if it has yielded, null if the generator is over; throws what
  /// the body has thrown. The frame of one that is over is gone.
  static generator_promise_base* end_step(generator_promise_base& self) {
    self.step_ = nullptr;
    if (self.outcome_ != promise_outcome::none) [[unlikely]] {
      end_body(self);
      return nullptr;
    }
    return &self;
  }
  /// The frame goes in the middle of a step, because that of its caller does.
  static void cut_off(generator_promise_base& self) noexcept;
  /// Nobody wants it any more: has the loop close it, or destroys a frame that cannot be closed.
  static void drop(generator_promise_base& self) noexcept;
  static void destroy(generator_promise_base& self) noexcept;

  void set_incoming(std::exception_ptr error) noexcept { error_ = std::move(error); }
  /// The same for a step that closes.
  static void end_closing(generator_promise_base& self);

 protected:
  explicit generator_promise_base() noexcept = default;
  ~generator_promise_base();

 private:
  friend class generator_owner;

  static void end_body(generator_promise_base& self);
  void stop_at_yield();
  void prepare_step(task_state& task) {
    if (step_ != nullptr || owner_ != &task.owner()) [[unlikely]]
      prepare_slowly(task);
    entry_scope_ = task.innermost_scope();
    flags_ = static_cast<std::uint8_t>(
        flags_ & ~(promise_inline | promise_finished | promise_foreign_caller));
  }
  void prepare_slowly(task_state& task);
  template <class Promise, class Arm>
  void try_prepare(task_state& task, Arm& arm) {
    try {
      prepare_step(task);
      arm();
    } catch (...) {
      discard_waiting_task<Promise>(task);
      throw;
    }
  }

  generator_owner* object_ = nullptr;          // who owns the frame; kept up to date as it is moved
  generator_step* step_ = nullptr;             // that runs now
  scheduler* owner_ = nullptr;                 // null: not begun
  const cancel_scope* entry_scope_ = nullptr;  // the innermost one where the step began
  std::exception_ptr error_;                   // on its way in, or, behind the end, out
  bool last_try_ = false;                      // to close it: being handed to a task
  bool close_tried_ = false;                   // at the end of a run
};

/// Owns the frame of a generator; the loop closes what is dropped half-way.
class generator_owner {
 public:
  generator_owner() noexcept = default;
  explicit generator_owner(generator_promise_base& promise) noexcept : promise_(&promise) {
    promise.object_ = this;
  }
  generator_owner(generator_owner&& other) noexcept
      : promise_(std::exchange(other.promise_, nullptr)) {
    if (promise_ != nullptr) promise_->object_ = this;
  }
  generator_owner& operator=(generator_owner&& other) noexcept {
    if (this != &other) {
      drop();
      promise_ = std::exchange(other.promise_, nullptr);
      if (promise_ != nullptr) promise_->object_ = this;
    }
    return *this;
  }
  ~generator_owner() { drop(); }

  /// Null: over, or never made.
  generator_promise_base* promise() const noexcept { return promise_; }
  generator_promise_base* release() noexcept { return std::exchange(promise_, nullptr); }
  /// Destroys the frame as it stands.
  void destroy() noexcept {
    if (promise_ != nullptr) generator_promise_base::destroy(*promise_);
  }

 private:
  void drop() noexcept {
    if (promise_ != nullptr) generator_promise_base::drop(*release());
  }

  generator_promise_base* promise_ = nullptr;
};

/// Base of the awaiters of next(), send(), throw_in() and aclose(): one step.
class generator_step : public native_awaiter {
 public:
  generator_step(const generator_step&) = delete;
  generator_step& operator=(const generator_step&) = delete;

 protected:
  explicit generator_step(generator_owner& object) noexcept : object_(&object) {}
  ~generator_step() {
    if (running_ != nullptr) [[unlikely]]
      generator_promise_base::cut_off(*running_);
  }

  bool is_over() const noexcept { return object_->promise() == nullptr; }
  bool has_begun() const noexcept { return !is_over() && object_->promise()->has_begun(); }
  /// For throw_in() and aclose() of one that has not begun: it is over.
  void end_unbegun() noexcept { object_->destroy(); }

  template <class Promise, class Arm>
  bool start(std::coroutine_handle<Promise> caller, Arm arm) {
    generator_promise_base& promise = *object_->promise();
    const bool suspended = promise.start_step(*this, caller, arm);
    running_ = &promise;
    return suspended;
  }
  /// The promise if there is an item to take, null behind the end. Throws the error.
  generator_promise_base* end() {
    if (running_ == nullptr) return nullptr;
    return generator_promise_base::end_step(*std::exchange(running_, nullptr));
  }
  generator_owner& object() const noexcept { return *object_; }
  /// The promise of the step that was started, for the last time; null if none was.
  generator_promise_base* take_running() noexcept { return std::exchange(running_, nullptr); }

 private:
  generator_owner* object_;
  generator_promise_base* running_ = nullptr;
};

template <class Promise, class Arm>
bool generator_promise_base::start_step(generator_step& step, std::coroutine_handle<Promise> caller,
                                        Arm arm) {
  task_state& task = waiting_task(caller);
  try_prepare<Promise>(task, arm);
  step_ = &step;
  set_task(task);
  if constexpr (rill_promise<Promise>) {
    return start_child(caller);
  } else {
    const bool suspended = start_for_foreign(caller);
    if (!suspended) discard_waiting_task<Promise>(task);
    return suspended;
  }
}

/// Throws an exception in at the yield.
class generator_throw : public generator_step {
 public:
  bool await_ready() noexcept {
    unbegun_ = !is_over() && !has_begun();
    if (unbegun_) end_unbegun();
    return is_over();
  }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> caller) {
    return start(caller, [this] { object().promise()->set_incoming(error_); });
  }

 protected:
  generator_throw(generator_owner& object, std::exception_ptr error) noexcept
      : generator_step(object), error_(std::move(error)) {}
  ~generator_throw() = default;

  /// For await_resume(): one that had not begun throws at once.
  void check_unbegun() {
    if (unbegun_) std::rethrow_exception(std::move(error_));
  }

 private:
  std::exception_ptr error_;
  bool unbegun_ = false;
};

/// The awaiter of aclose().
class [[nodiscard]] generator_close final : public generator_throw {
 public:
  explicit generator_close(generator_owner& object);
  void await_resume() {
    if (generator_promise_base* const running = take_running())
      generator_promise_base::end_closing(*running);
  }
};

/// Closes the generators of the loop that have begun and not ended, the newest first, as one may be
/// part of an older one; then waits for the tasks that close what was left half-way. Reports what
/// the closes throw, and generators that another task is stepping.
coro<> close_live_generators(scheduler& owner);
/// For the end of a run, which does not cancel those.
bool closes_generator(const any_task& task) noexcept;

}  // namespace rill::detail
