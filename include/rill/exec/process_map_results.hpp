// SPDX-License-Identifier: BSL-1.0
// process_map_results: what comes of a function that worker processes apply to a range.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "rill/core/coro.hpp"
#include "rill/exec/detail/value_iterator.hpp"
#include "rill/exec/executor_future.hpp"

namespace rill {

// [process_map_results]
/// The results of process_pool_executor::map(), in the order of the elements. asyncio: the iterator
/// that Executor.map() gives.
///
///     for (int& square : pool.map<&squared>(numbers)) use(square);               // in a thread
///     std::vector<int> squares = co_await pool.map<&squared>(numbers).all();     // in a task
///
/// A slow first chunk holds back the rest. An error takes the place of its whole chunk, and ends
/// the rest: what has not begun when this goes is cancelled. What gives nothing gives a
/// std::monostate. **Threads**: one at a time.
template <class T>
class process_map_results {
 public:
  using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;
  using chunk = std::vector<value_type>;
  using iterator = detail::value_iterator<process_map_results>;

  explicit process_map_results(std::vector<executor_future<chunk>> chunks) noexcept
      : chunks_(std::move(chunks)) {}
  process_map_results(process_map_results&& other) noexcept
      : chunks_(std::exchange(other.chunks_, {})),
        next_(std::exchange(other.next_, 0)),
        present_(std::exchange(other.present_, {})),
        place_(std::exchange(other.place_, 0)),
        failed_(other.failed_) {}
  process_map_results& operator=(process_map_results&& other) noexcept {
    process_map_results mine(std::move(other));
    std::swap(chunks_, mine.chunks_);
    std::swap(next_, mine.next_);
    std::swap(present_, mine.present_);
    std::swap(place_, mine.place_);
    std::swap(failed_, mine.failed_);
    return *this;
  }
  ~process_map_results() {
    for (std::size_t each = next_; each < chunks_.size(); ++each) {
      chunks_[each].cancel();
      // One error was told: that ends it.
      if (failed_) detail::executor_future_access::state(chunks_[each])->mark_observed();
    }
  }

  /// Waits for the next one; nothing behind the last. **Cancellation** loses none: what was waited
  /// for comes next time, unless it had not begun, which it never will then.
  coro<std::optional<value_type>> next() {
    while (place_ == present_.size() && next_ != chunks_.size()) {
      failed_ = true;
      chunk& come = co_await chunks_[next_];
      step(come);
      failed_ = false;
    }
    std::optional<value_type> value;
    take(value);
    co_return value;
  }
  /// Waits for those that are still to come, all of them.
  coro<std::vector<value_type>> all() && { return collect(std::move(*this)); }

  /// The same in threads: blocks until the next one is there. Throws usage_error where a loop runs.
  iterator begin() { return iterator(*this); }
  std::default_sentinel_t end() const noexcept { return {}; }
  // [/process_map_results]

 private:
  friend iterator;
  static coro<std::vector<value_type>> collect(process_map_results mine) {
    std::vector<value_type> values(std::make_move_iterator(mine.rest()),
                                   std::make_move_iterator(mine.present_.end()));
    mine.failed_ = true;
    while (mine.next_ != mine.chunks_.size()) {
      chunk& come = co_await mine.chunks_[mine.next_];
      ++mine.next_;
      values.insert(values.end(), std::make_move_iterator(come.begin()),
                    std::make_move_iterator(come.end()));
    }
    mine.failed_ = false;
    co_return values;
  }
  auto rest() noexcept { return present_.begin() + static_cast<std::ptrdiff_t>(place_); }
  void step(chunk& come) noexcept {
    present_ = std::move(come);
    place_ = 0;
    chunks_[next_++] = {};
  }
  void take(std::optional<value_type>& value) {
    value.reset();
    if (place_ != present_.size()) value.emplace(std::move(present_[place_++]));
  }
  void take_next(std::optional<value_type>& value) {
    while (place_ == present_.size() && next_ != chunks_.size()) {
      failed_ = true;
      chunk come = std::move(chunks_[next_]).result();
      step(come);
      failed_ = false;
    }
    take(value);
  }

  std::vector<executor_future<chunk>> chunks_;
  std::size_t next_ = 0;
  chunk present_;
  std::size_t place_ = 0;
  bool failed_ = false;  // the last one asked for has given no value
};

}  // namespace rill
