// SPDX-License-Identifier: BSL-1.0
// as_completed: tasks and futures, or coroutines, in the order in which they end.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

#include "rill/combinators/detail/completion_queue.hpp"
#include "rill/combinators/detail/outcome.hpp"
#include "rill/core/cancel_scope.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/detail/ended_awaiter.hpp"
#include "rill/core/future.hpp"
#include "rill/core/task.hpp"
#include "rill/loop/clock.hpp"

namespace rill {

// [completed]
/// One that has ended: the handle, and where it stands in the range.
template <class Handle>
struct completed {
  completed(std::size_t place, Handle ended) : index(place), handle(std::move(ended)) {}
  std::size_t index;
  Handle handle;  ///< done; co_await, result() or exception() tell how
};
// [/completed]

// [completions]
/// What as_completed() gives: its members in the order in which they end.
template <class Handle>
class completions : private detail::completion_queue {
 public:
  template <class Range>
  completions(Range& handles, std::int64_t timeout)
      : completions(static_cast<std::size_t>(std::ranges::distance(handles)), timeout) {
    for (const Handle& handle : handles) add_handle(handle);
  }

  /// Waits for the next one: a completed<Handle>, or nothing when all have been given. Those that
  /// have ended come without a wait. **Cancellation** loses none: the next call gives it.
  /// **Throws** timeout_error when the time is over and none has ended, again each time;
  /// usage_error while another task waits.
  auto next() noexcept { return next_awaiter(*this); }

  /// How many have not been given yet.
  std::size_t size() const noexcept { return left(); }
  // [/completions]

 protected:
  completions(std::size_t room, std::int64_t timeout)
      : completion_queue(timeout, &member_at), members_(room) {}
  void add_handle(const Handle& handle) { add(members_.emplace_back(handle)); }
  std::size_t member_count() const noexcept { return members_.size(); }
  const Handle& handle_at(std::size_t index) noexcept { return members_[index].handle; }

 private:
  static detail::completion_member& member_at(completion_queue& queue, std::size_t index) noexcept {
    return static_cast<completions&>(queue).members_[index];
  }
  struct handle_member : detail::completion_member {
    explicit handle_member(const Handle& given)
        : completion_member(detail::future_access::state(given)), handle(given) {}
    Handle handle;
  };
  class [[nodiscard]] next_awaiter final : public detail::completion_awaiter {
   public:
    explicit next_awaiter(completions& owner) noexcept : completion_awaiter(owner), owner_(owner) {}
    std::optional<completed<Handle>> await_resume() {
      detail::completion_member* const ended = take();
      if (ended == nullptr) return std::nullopt;
      auto& member = static_cast<handle_member&>(*ended);
      return completed<Handle>(static_cast<std::size_t>(&member - owner_.members_.begin()),
                               member.handle);
    }

   private:
    completions& owner_;
  };

  detail::fixed_array<handle_member> members_;
};

namespace detail {

/// Those that as_completed() has made tasks of.
template <class Handle>
class owned_completions final : public completions<Handle> {
 public:
  owned_completions(std::size_t room, std::int64_t timeout) : completions<Handle>(room, timeout) {}
  using completions<Handle>::add_handle;

  using completions<Handle>::handle_at;
  using completions<Handle>::member_count;

  /// What has not ended is cancelled.
  void cancel_all() noexcept {
    for (std::size_t i = 0; i < member_count(); ++i) {
      // To cancel what has failed would count as having looked at it.
      if (const Handle& member = handle_at(i); !member.done()) member.cancel();
    }
  }
};

template <class T, class Handle, class Range, class Body>
coro<T> run_completions(Range coroutines, Body body, std::int64_t timeout) {
  owned_completions<Handle> all(static_cast<std::size_t>(std::ranges::distance(coroutines)),
                                timeout);
  const auto begin = [&coroutines, &body, &all] {
    using coroutine = std::ranges::range_value_t<Range>;
    for (auto&& each : coroutines) all.add_handle(create_task(static_cast<coroutine&&>(each)));
    return std::invoke(body, static_cast<completions<Handle>&>(all));
  };
  result<T> outcome = co_await outcome_of<T>(begin);
  // A cancellation strikes behind this. There is no frame to be made: children run.
  {
    const cancel_scope keep(cancel_scope::shielding::shielded);
    all.cancel_all();
    for (std::size_t i = 0; i < all.member_count(); ++i) co_await ended(all.handle_at(i));
  }
  if (outcome.cancelled()) rethrow_interruption(outcome.error());
  co_return std::move(outcome).value();
}

template <class Range>
void check_completable() {
  static_assert(std::is_base_of_v<any_future, std::ranges::range_value_t<Range>>,
                "rill: as_completed() takes tasks and futures; make a task of a coroutine with "
                "create_task(), or give the range away with std::move() and a body behind it");
}

template <class Coroutine>
struct task_of_coro;
template <class T>
struct task_of_coro<coro<T>> {
  using type = task<T>;
};
/// What the body of as_completed() is given for a range of coroutines.
template <class Range>
using completions_of = completions<typename task_of_coro<std::ranges::range_value_t<Range>>::type>;

}  // namespace detail

// [as_completed]
/// Gives tasks and futures of one type in the order in which they end. asyncio: as_completed(aws).
///
///     auto ended = rill::as_completed(tasks, 5s);
///     while (auto next = co_await ended.next()) {
///       use(next->index, next->handle.result());
///     }
///
/// Cancels nothing, at the time limit neither; may be left at any time, and gone on with. The time
/// counts from the call. The handles are copied. **Threads**: only on the thread of the loop.
/// **Throws** usage_error for an empty handle, or one of another loop.
template <std::ranges::forward_range Range>
auto as_completed(Range&& handles) {
  detail::check_completable<Range>();
  return completions<std::ranges::range_value_t<Range>>(handles, detail::never);
}
template <std::ranges::forward_range Range, class Rep, class Period>
auto as_completed(Range&& handles, std::chrono::duration<Rep, Period> timeout) {
  detail::check_completable<Range>();
  return completions<std::ranges::range_value_t<Range>>(handles, detail::to_nanoseconds(timeout));
}
// [/as_completed]

// [as_completed_body]
/// The same for coroutines, which end with a body that takes them in the order of ending.
///
///     const auto body = [&](rill::completions<rill::task<page>>& ended) -> rill::coro<> {
///       while (auto next = co_await ended.next()) show(next->handle.result());
///     };
///     co_await rill::as_completed(std::move(downloads), body, 5s);
///
/// Each coroutine becomes a task, begun in the order of the range when this is awaited. However the
/// body is left, by its end, an error or a cancellation, those that run then are cancelled and have
/// ended before this returns the body's value or throws its error. Errors that the body has not
/// looked at are reported. **Cancellation** strikes the body. **Lifetime**: coroutines and body are
/// kept; members may refer to what outlives the await.
template <std::ranges::forward_range Range, class Body>
  requires(!std::is_lvalue_reference_v<Range>) &&
          std::is_invocable_v<Body&, detail::completions_of<Range>&>
auto as_completed(Range&& coroutines, Body body,
                  std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max()) {
  using members = detail::completions_of<Range>;
  using coroutine = std::invoke_result_t<Body&, members&>;
  static_assert(detail::is_coro<coroutine>,
                "rill: the body of as_completed() must return rill::coro<T>");
  using handle = typename detail::task_of_coro<std::ranges::range_value_t<Range>>::type;
  return detail::run_completions<typename coroutine::value_type, handle, Range, Body>(
      std::move(coroutines), std::move(body), detail::to_nanoseconds(timeout));
}
// [/as_completed_body]

}  // namespace rill
