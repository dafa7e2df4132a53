// SPDX-License-Identifier: BSL-1.0
// The shared block of a future: outcome, waiters, reference count. task_state adds what a task
// needs.
#pragma once

#include <cstdint>
#include <exception>

#include "rill/base/detail/shared_text.hpp"
#include "rill/core/detail/value_slot.hpp"
#include "rill/core/scheduler.hpp"

namespace rill::detail {

class future_state;
class task_state;

/// Somebody to be told when a future is done. Lives in an awaiter, a callback node or a
/// combinator's block.
struct future_waiter {
  explicit constexpr future_waiter(void (*on_done)(future_waiter&, future_state&) noexcept) noexcept
      : fire(on_done) {}
  future_waiter(const future_waiter&) = delete;
  future_waiter& operator=(const future_waiter&) = delete;

  // Circular list, in order of registration; null when in no list.
  future_waiter* previous = nullptr;
  future_waiter* next = nullptr;
  /// Called once, unlinked, inside the completion: may only queue things, never run user code.
  void (*fire)(future_waiter&, future_state&) noexcept;
};

/// The type-dependent part of a future or task.
struct future_ops {
  void (*destroy)(future_state&) noexcept;     // destroys value and block
  void (*take_outcome)(task_state&) noexcept;  // tasks: moves the outcome out of the frame
  void (*release_payload)(task_state&) noexcept =
      nullptr;  // tasks: destroys callable and arguments
};

enum class future_status : std::uint8_t { pending, value, error, cancelled };

/// Reference-counted (not atomically: a future belongs to one loop's thread).
///
/// Invariants: 1. status_ leaves pending once. 2. waiters_ is empty unless pending. 3. error_ is
/// set exactly in the states error and cancelled. 4. The block lives while references_ > 0; a live
/// task counts as one.
class future_state {
 public:
  future_state(const future_state&) = delete;
  future_state& operator=(const future_state&) = delete;

  void add_reference() noexcept { ++references_; }
  void release() noexcept {
    if (--references_ == 0) last_release();
  }

  scheduler& loop_scheduler() const noexcept { return *scheduler_; }
  future_status status() const noexcept { return status_; }
  bool done() const noexcept { return status_ != future_status::pending; }
  bool is_task() const noexcept { return is_task_; }
  task_state* as_task() noexcept;
  const std::exception_ptr& error() const noexcept { return error_; }
  void mark_observed() noexcept { observed_ = true; }
  std::uint32_t reference_count() const noexcept { return references_; }
  /// For whoever looks for duplicates; false is to be put back. Returns what it was before.
  bool mark(bool marked) noexcept {
    const bool before = marked_;
    marked_ = marked;
    return before;
  }

  /// Where the value is, or will be. The block knows the distance because future<T> may look at a
  /// task<T>.
  void* value_address() noexcept { return reinterpret_cast<char*>(this) + value_offset_; }

  void add_waiter(future_waiter& waiter) noexcept;
  void remove_waiter(future_waiter& waiter) noexcept;
  bool has_waiters() const noexcept { return waiters_ != nullptr; }
  future_waiter* first_waiter() const noexcept { return waiters_; }

  /// Completes: sets the status and tells every waiter. Requires: pending; for value, the value is
  /// in place.
  void complete(future_status status) noexcept;
  void complete_with_error(std::exception_ptr error) noexcept;
  void complete_cancelled(const shared_text& reason) noexcept;

  /// future: completes it as cancelled. task: asks it to stop. False when done already.
  bool cancel(const shared_text& reason) noexcept;

  /// Throws what result() throws when there is no value: the error, or invalid_state_error when
  /// pending. Counts as having looked.
  void throw_if_not_value();
  /// Throws invalid_state_error unless pending.
  void require_pending() const;

 protected:
  future_state(const future_ops& ops, scheduler& owner, std::uint16_t value_offset,
               bool is_task) noexcept
      : ops_(&ops), scheduler_(&owner), value_offset_(value_offset), is_task_(is_task) {
    owner.add_reference();
  }
  ~future_state() = default;

  const future_ops* ops_;
  scheduler* scheduler_;
  future_waiter* waiters_ = nullptr;  // the oldest
  std::exception_ptr error_;
  std::uint32_t references_ = 1;
  std::uint16_t value_offset_;
  future_status status_ = future_status::pending;
  const bool is_task_ : 1;
  bool observed_ : 1 = false;
  bool marked_ : 1 = false;

 private:
  void last_release() noexcept;
  void report_unobserved() noexcept;
};

/// A counted pointer to a future_state or a class derived from it.
template <class State>
class state_ref {
 public:
  state_ref() noexcept = default;
  /// Takes over a reference that exists already.
  struct adopt {};
  state_ref(State* state, adopt /*tag*/) noexcept : state_(state) {}
  explicit state_ref(State* state) noexcept : state_(state) {
    if (state_ != nullptr) state_->add_reference();
  }
  state_ref(const state_ref& other) noexcept : state_ref(other.state_) {}
  state_ref(state_ref&& other) noexcept : state_(other.state_) { other.state_ = nullptr; }
  state_ref& operator=(state_ref other) noexcept {
    State* const mine = state_;
    state_ = other.state_;
    other.state_ = mine;
    return *this;
  }
  ~state_ref() {
    if (state_ != nullptr) state_->release();
  }

  State* get() const noexcept { return state_; }
  State* operator->() const noexcept { return state_; }
  State& operator*() const noexcept { return *state_; }
  explicit operator bool() const noexcept { return state_ != nullptr; }
  bool operator==(const state_ref&) const noexcept = default;

 private:
  State* state_ = nullptr;
};

}  // namespace rill::detail
