// SPDX-License-Identifier: BSL-1.0
// staggered_race: several ways, each begun a little later than the one before.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include "rill/combinators/task_group.hpp"
#include "rill/combinators/wait.hpp"
#include "rill/core/cancel_scope.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/result.hpp"

namespace rill {

// [staggered_result]
/// What staggered_race() gives.
template <class T>
struct staggered_result {
  staggered_result() {}
  std::optional<detail::stored_t<T>> value;  ///< of the winner; empty if all have failed
  std::size_t index = 0;                     ///< of the winner
  /// One for each candidate that was started: null for the winner, a cancelled_error for those that
  /// have lost.
  std::vector<std::exception_ptr> errors;
};
// [/staggered_result]

namespace detail {

template <class Range>
using candidate_value_t =
    typename std::invoke_result_t<std::ranges::range_reference_t<Range>>::value_type;

template <class T>
class stagger {
 public:
  /// A candidate: the first that succeeds stops the group.
  template <class Candidate>
  static coro<> run(stagger& self, task_group& group, std::size_t index, Candidate& candidate) {
    std::exception_ptr error;
    try {
      std::optional<stored_t<T>> value;
      if constexpr (std::is_void_v<T>) {
        co_await std::invoke(candidate);
        value.emplace();
      } else if constexpr (std::is_reference_v<T>) {
        T referred = co_await std::invoke(candidate);
        value.emplace(&referred);
      } else {
        value.emplace(co_await std::invoke(candidate));
      }
      if (!self.outcome_.value) self.win(group, index, *std::move(value));
      co_return;
    } catch (const cancelled_error&) {
      throw;
    } catch (...) {
      error = std::current_exception();
    }
    self.outcome_.errors[index] = error;
  }

  template <class Range>
  coro<> run_all(task_group& group, Range& candidates, std::chrono::nanoseconds delay) {
    std::array<task<>, 1> latest;
    for (auto&& candidate : candidates) {
      const std::size_t index = outcome_.errors.size();
      // Whoever is cancelled before its first step has nothing more to say.
      outcome_.errors.push_back(std::make_exception_ptr(cancelled_error()));
      latest[0] = group.create_task(
          run<std::remove_reference_t<decltype(candidate)>>(*this, group, index, candidate));
      co_await wait(latest, {.timeout = delay});
    }
  }

  bool has_winner() const noexcept { return outcome_.value.has_value(); }
  staggered_result<T> take() { return std::move(outcome_); }

 private:
  void win(task_group& group, std::size_t index, stored_t<T> value) {
    outcome_.value.emplace(std::move(value));
    outcome_.index = index;
    outcome_.errors[index] = nullptr;
    group.cancel();
  }

  staggered_result<T> outcome_;
};

}  // namespace detail

// [staggered_race]
/// Tries several ways to the same end: starts the next one when the latest has failed, or when
/// `delay` has passed; takes the first that succeeds, and cancels and joins the others. asyncio:
/// staggered_race(), the engine of happy eyeballs (RFC 8305).
///
/// Candidates are callables without arguments that give a `rill::coro<T>`; the range is copied, or
/// moved. Without a delay (nanoseconds::max()) each waits for the one before to fail. Failures are
/// in the result, and so is the case that all have failed.
/// **Cancellation** is passed on to all that run; the race ends with it when none is left, but with
/// the winner if one of them has succeeded all the same: then it strikes at the next await.
template <std::ranges::forward_range Range>
coro<staggered_result<detail::candidate_value_t<Range>>> staggered_race(
    Range candidates, std::chrono::nanoseconds delay = std::chrono::nanoseconds::max()) {
  detail::stagger<detail::candidate_value_t<Range>> state;
  const auto body = [&](task_group& group) { return state.run_all(group, candidates, delay); };
  cancel_scope edge;
  try {
    co_await with_task_group(std::ref(body));
  } catch (const cancelled_error&) {
    if (!state.has_winner()) throw;
    edge.renew_outer();  // the value is kept, and the cancellation strikes at the next await
  }
  co_return state.take();
}
// [/staggered_race]

}  // namespace rill
