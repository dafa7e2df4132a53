// SPDX-License-Identifier: BSL-1.0
// map_results: what comes of a function that an executor applies to a range.
#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "rill/core/coro.hpp"
#include "rill/exec/detail/value_iterator.hpp"
#include "rill/exec/executor_future.hpp"
#include "rill/exec/submit.hpp"
#include "rill/loop/executor.hpp"

namespace rill {

// [map_results]
/// The results of map(), in the order of the elements. asyncio: the iterator that Executor.map()
/// gives.
///
///     for (int& square : pool.map(squared, numbers)) use(square);               // in a thread
///     std::vector<int> squares = co_await pool.map(squared, numbers).all();     // in a task
///
/// A slow first element holds back the rest. An error comes in its turn, and ends the rest: what
/// has not begun when this goes is cancelled. What gives nothing gives a std::monostate.
/// **Threads**: one at a time.
template <class T>
class map_results {
 public:
  using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;
  using iterator = detail::value_iterator<map_results>;

  explicit map_results(std::vector<executor_future<T>> jobs) noexcept : jobs_(std::move(jobs)) {}
  map_results(map_results&& other) noexcept
      : jobs_(std::exchange(other.jobs_, {})),
        next_(std::exchange(other.next_, 0)),
        failed_(other.failed_) {}
  map_results& operator=(map_results&& other) noexcept {
    map_results mine(std::move(other));
    std::swap(jobs_, mine.jobs_);
    std::swap(next_, mine.next_);
    std::swap(failed_, mine.failed_);
    return *this;
  }
  ~map_results() {
    for (std::size_t each = next_; each < jobs_.size(); ++each) {
      jobs_[each].cancel();
      // One error was told: that ends it.
      if (failed_) detail::executor_future_access::state(jobs_[each])->mark_observed();
    }
  }

  /// How many are still to come.
  std::size_t size() const noexcept { return jobs_.size() - next_; }

  /// Waits for the next one; nothing behind the last. **Cancellation** loses none: what was waited
  /// for comes next time, unless it had not begun, which it never will then.
  coro<std::optional<value_type>> next() {
    if (next_ == jobs_.size()) co_return std::nullopt;
    failed_ = true;
    std::optional<value_type> value;
    if constexpr (std::is_void_v<T>) {
      co_await jobs_[next_];
      value.emplace();
    } else {
      value_type& result = co_await jobs_[next_];
      value.emplace(std::move(result));
    }
    ++next_;
    failed_ = false;
    co_return value;
  }
  /// Waits for those that are still to come, all of them.
  coro<std::vector<value_type>> all() && { return collect(std::move(*this)); }

  /// The same in threads: blocks until the next one is there. Throws usage_error where a loop runs.
  iterator begin() { return iterator(*this); }
  std::default_sentinel_t end() const noexcept { return {}; }
  // [/map_results]

 private:
  friend iterator;
  static coro<std::vector<value_type>> collect(map_results mine) {
    std::vector<value_type> values;
    values.reserve(mine.size());
    while (auto value = co_await mine.next()) values.push_back(std::move(*value));
    co_return values;
  }
  void take_next(std::optional<value_type>& value) {
    value.reset();
    if (next_ == jobs_.size()) return;
    failed_ = true;
    executor_future<T> job = std::move(jobs_[next_++]);
    if constexpr (std::is_void_v<T>) {
      job.result();
      value.emplace();
    } else {
      value.emplace(std::move(job).result());
    }
    failed_ = false;
  }

  std::vector<executor_future<T>> jobs_;
  std::size_t next_ = 0;
  bool failed_ = false;  // the last one asked for has given no value
};

namespace detail {

template <class Function, std::ranges::input_range Range>
auto map_in(executor& where, Function function, Range&& range) {
  using element = std::ranges::range_value_t<Range>;
  static_assert(std::is_invocable_v<const Function&, element>,
                "rill: the function of map() is shared by calls in several threads, so it must be "
                "callable as const, with an element of the range");
  using value = std::invoke_result_t<const Function&, element>;
  static_assert(!std::is_reference_v<value>,
                "rill: the function of map() returns a reference; return a value, or a pointer");
  std::vector<executor_future<value>> jobs;
  if constexpr (std::ranges::sized_range<Range>) jobs.reserve(std::ranges::size(range));
  const auto shared = std::make_shared<const Function>(std::move(function));
  const auto call = [shared](element given) -> value { return (*shared)(std::move(given)); };
  for (auto&& each : range) {
    if constexpr (std::is_lvalue_reference_v<Range> || std::ranges::view<std::decay_t<Range>>) {
      jobs.push_back(submit(where, call, element(each)));
    } else {
      jobs.push_back(submit(where, call, element(std::move(each))));
    }
  }
  return map_results<value>(std::move(jobs));
}

}  // namespace detail

// [map]
/// Has any executor apply a function to a range: see thread_pool_executor::map().
template <class Function, std::ranges::input_range Range>
auto map(executor& where, Function function, Range&& range) {
  return detail::map_in(where, std::move(function), std::forward<Range>(range));
}
// [/map]

}  // namespace rill
