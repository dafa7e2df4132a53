// SPDX-License-Identifier: BSL-1.0
// exit_stack: what is to be closed behind a body, found out while it runs.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "rill/base/unique_function.hpp"
#include "rill/combinators/detail/closing.hpp"
#include "rill/combinators/detail/outcome.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/detail/task_block.hpp"

namespace rill {

namespace detail {
struct exit_stack_access;
}

// [exit_stack]
/// Closes what it was given, in reverse order. asyncio: AsyncExitStack.
///
///     const auto body = [&](rill::exit_stack& stack) -> rill::coro<> {
///       for (const std::string& name : names) {
///         database& db = co_await stack.enter(database(name));
///         ...
///       }
///     };
///     co_await rill::with_exit_stack(body);
///
/// **Threads**: only on the thread of its loop. **Lifetime**: that of with_exit_stack(), or of what
/// pop_all() has given, which must be closed: what is open when it goes is reported, and dropped.
class exit_stack {
 public:
  /// What runs at the end; it is told how the body was left, null for a value.
  using exit = unique_function<coro<>(std::exception_ptr)>;

  exit_stack() noexcept = default;
  exit_stack(exit_stack&& other) noexcept : exits_(std::exchange(other.exits_, {})) {}
  exit_stack& operator=(exit_stack&&) = delete;
  ~exit_stack();

  /// Opens a resource, as with() does, keeps it, and closes it in its turn; a temporary is kept
  /// here, an lvalue is referred to. Gives a reference to it. asyncio: enter_async_context().
  template <class Resource>
    requires(!awaitable<Resource> && detail::closes<std::remove_reference_t<Resource>>)
  auto enter(Resource&& resource) {
    return do_enter<Resource>(std::forward<Resource>(resource));
  }
  /// Has a callable without arguments called in its turn, and what it gives awaited, if that is a
  /// coroutine. asyncio: callback(), push_async_callback().
  template <class Callback>
    requires std::is_invocable_v<std::decay_t<Callback>&>
  void callback(Callback&& call) {
    push(exit([kept = std::decay_t<Callback>(std::forward<Callback>(call))](
                  const std::exception_ptr& /*error*/) mutable { return called(kept); }));
  }
  /// The same for what wants to know how the body was left. asyncio: push_async_exit().
  void push(exit at_end) { exits_.push_back(std::move(at_end)); }

  /// Takes all out: nothing is closed here any more. asyncio: pop_all().
  exit_stack pop_all() noexcept { return std::move(*this); }
  /// Closes all, the newest first. **Cancellation** waits until that is done. **Throws** what that
  /// has thrown, several errors as an exception_group. asyncio: aclose().
  coro<> close();

  std::size_t size() const noexcept { return exits_.size(); }
  // [/exit_stack]

 private:
  friend struct detail::exit_stack_access;

  template <class Resource>
  coro<std::remove_reference_t<Resource>&> do_enter(Resource resource);
  template <class Callback>
  static coro<> called(Callback& call) {
    if constexpr (detail::is_coro<std::invoke_result_t<Callback&>>) {
      co_await std::invoke(call);
    } else {
      std::invoke(call);
      co_return;
    }
  }
  coro<> close_all(const std::exception_ptr& error, std::vector<std::exception_ptr>& failures);

  std::vector<exit> exits_;
};

template <class Resource>
coro<std::remove_reference_t<Resource>&> exit_stack::do_enter(Resource resource) {
  using object = std::remove_reference_t<Resource>;
  // Room first: what is open must not be lost to want of memory.
  exits_.reserve(exits_.size() + 1);
  if constexpr (std::is_lvalue_reference_v<Resource>) {
    if constexpr (detail::opens<object>) co_await resource.open();
    push([&resource](std::exception_ptr error) {
      return detail::close_it(resource, std::move(error));
    });
    co_return resource;
  } else {
    auto owned = std::make_unique<object>(std::move(resource));
    object& here = *owned;
    exit at_end([kept = std::move(owned)](std::exception_ptr error) {
      return detail::close_it(*kept, std::move(error));
    });
    if constexpr (detail::opens<object>) co_await here.open();
    push(std::move(at_end));
    co_return here;
  }
}

namespace detail {

struct exit_stack_access {
  static coro<> close(exit_stack& stack, const std::exception_ptr& error,
                      std::vector<std::exception_ptr>& failures) {
    return stack.close_all(error, failures);
  }
};

template <class T, class Body>
coro<T> run_with_exit_stack(Body body) {
  exit_stack stack;
  cancel_scope edge;
  std::exception_ptr error;
  std::vector<std::exception_ptr> failures;
  // Its frame is made before anything is open.
  coro<> closing = exit_stack_access::close(stack, error, failures);
  const auto begin = [&stack, &body] { return std::invoke(body, stack); };
  result<T> outcome = co_await outcome_of<T>(begin);
  error = outcome.error();
  co_await std::move(closing);
  leave(edge, error, std::move(failures));
  co_return std::move(outcome).value();
}

}  // namespace detail

// [with_exit_stack]
/// Runs a body with an exit_stack, and closes behind it what the stack was given. asyncio: `async
/// with AsyncExitStack() as stack`. Cancellation and errors as by with().
template <class Body>
  requires std::is_invocable_v<Body&, exit_stack&>
auto with_exit_stack(Body body) {
  using coroutine = std::invoke_result_t<Body&, exit_stack&>;
  static_assert(detail::is_coro<coroutine>,
                "rill: the body of with_exit_stack() must return rill::coro<T>");
  return detail::run_with_exit_stack<typename coroutine::value_type, Body>(std::move(body));
}
// [/with_exit_stack]

}  // namespace rill
