// SPDX-License-Identifier: BSL-1.0
// as_completed: tasks and futures in the order in which they end.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

#include "rill/combinators/detail/completion_queue.hpp"
#include "rill/core/future.hpp"
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
  completions(const Range& handles, std::int64_t timeout)
      : completion_queue(timeout),
        members_(static_cast<std::size_t>(std::ranges::distance(handles))) {
    for (const Handle& handle : handles) add(members_.emplace_back(handle));
  }

  /// Waits for the next one: a completed<Handle>, or nothing when all have been given. Those that
  /// have ended come without a wait. **Cancellation** loses none: the next call gives it.
  /// **Throws** timeout_error when the time is over and none has ended, again each time;
  /// usage_error while another task waits.
  auto next() noexcept { return next_awaiter(*this); }

  /// How many have not been given yet.
  std::size_t size() const noexcept { return left(); }
  // [/completions]

 private:
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
/// **Throws** usage_error for an empty handle.
template <std::ranges::forward_range Range>
auto as_completed(const Range& handles) {
  using handle = std::ranges::range_value_t<Range>;
  static_assert(std::is_base_of_v<any_future, handle>,
                "rill: as_completed() takes tasks and futures; make a task of a coroutine with "
                "create_task()");
  return completions<handle>(handles, detail::never);
}
template <std::ranges::forward_range Range, class Rep, class Period>
auto as_completed(const Range& handles, std::chrono::duration<Rep, Period> timeout) {
  using handle = std::ranges::range_value_t<Range>;
  static_assert(std::is_base_of_v<any_future, handle>,
                "rill: as_completed() takes tasks and futures; make a task of a coroutine with "
                "create_task()");
  return completions<handle>(handles, detail::to_nanoseconds(timeout));
}
// [/as_completed]

}  // namespace rill
