// SPDX-License-Identifier: BSL-1.0
// context: the values of all context variables at one place, as an object.
#pragma once

#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

#include "rill/core/context_var.hpp"
#include "rill/core/detail/context_slot.hpp"

namespace rill {

namespace detail {

/// Inside a context. Throws usage_error when it is entered already.
class entered_context {
 public:
  explicit entered_context(context_state& state) : state_(&state), scope_(&claim(state)) {}
  entered_context(const entered_context&) = delete;
  entered_context& operator=(const entered_context&) = delete;
  ~entered_context() { state_->entered.store(false); }

 private:
  static context_slot& claim(context_state& state);

  context_state* state_;
  context_scope scope_;
};

struct context_access;

}  // namespace detail

// [context]
/// The values of context variables, as an object to run code in. asyncio: contextvars.Context. A
/// handle: copies refer to the same values; copy() and copy_context() make others.
///
///     rill::context remembered = rill::copy_context();
///     loop.call_soon(remembered.bind(first));
///     loop.call_soon(remembered.bind(second));   // sees what first() has set
///
/// To run a task in one, name it in task_options; to run callbacks in one, bind() them.
/// **Threads**: one at a time, as for any object; it may move from thread to thread.
class context {
 public:
  /// One without values.
  context();

  /// Calls `function(args...)` here: it sees these values, and what it sets stays here. A coroutine
  /// that it returns runs where it is awaited: give that to create_task() with this context.
  /// asyncio: Context.run(). Throws usage_error when the context is entered already, be it further
  /// out, by the task that runs, or in another thread.
  template <class Function, class... Args>
    requires std::is_invocable_v<Function, Args...>
  decltype(auto) run(Function&& function, Args&&... args) const {
    const detail::state_ref<detail::context_state> kept = state_;  // the handle may go meanwhile
    const detail::entered_context inside(*kept);
    return std::invoke(std::forward<Function>(function), std::forward<Args>(args)...);
  }

  /// A callable that runs `function` here, for call_soon(), call_later(), call_at(),
  /// add_done_callback(), add_reader(). asyncio: their argument `context`.
  template <class Function>
  auto bind(Function function) const {
    return [here = *this, function = std::move(function)](auto&&... args) mutable -> decltype(auto)
             requires std::is_invocable_v<Function&, decltype(args)...>
    { return here.run(function, std::forward<decltype(args)>(args)...); };
  }

  /// Another context with these values.
  context copy() const { return context(state_->slot); }

  /// The value here; null if there is none. Valid until the variable is set here.
  template <class T>
  const T* find(const context_var<T>& variable) const noexcept {
    return variable.find_in(state_->slot);
  }
  /// How many variables have a value here.
  std::size_t size() const noexcept { return state_->slot.size(); }

  /// The same object.
  bool operator==(const context&) const noexcept = default;
  // [/context]

 private:
  friend struct detail::context_access;
  friend context copy_context();
  explicit context(const detail::context_slot& values);

  detail::state_ref<detail::context_state> state_;
};

// [copy_context]
/// A copy of the context of the code that calls this. asyncio: copy_context().
context copy_context();
// [/copy_context]

// [run_in_context]
/// Calls `function(args...)` in a context: context::run().
template <class Function, class... Args>
  requires std::is_invocable_v<Function, Args...>
decltype(auto) run_in_context(const context& where, Function&& function, Args&&... args) {
  return where.run(std::forward<Function>(function), std::forward<Args>(args)...);
}
// [/run_in_context]

namespace detail {

struct context_access {
  static context_state& state(const context& handle) noexcept { return *handle.state_; }
};

}  // namespace detail
}  // namespace rill
