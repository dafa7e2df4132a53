// SPDX-License-Identifier: BSL-1.0
//
// What the cases of combinators run, and how they say how it was left.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include "rill/combinators/exception_group.hpp"
#include "rill/combinators/task_group.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/sleep.hpp"

namespace rill_test {

inline rill::coro<int> value_after(std::chrono::nanoseconds delay, int value) {
  co_await rill::sleep(delay);
  co_return value;
}

inline rill::coro<int> fails_after(std::chrono::nanoseconds delay, std::string what = "failed") {
  co_await rill::sleep(delay);
  throw std::runtime_error(what);
}

inline rill::coro<> asleep(std::string& log, std::string name) {
  try {
    co_await rill::sleep(std::chrono::hours(1));
  } catch (const rill::cancelled_error&) {
    log += name + " ";
    throw;
  }
}

/// How a block was left, in words.
inline rill::coro<std::string> outcome_of(rill::coro<> block) {
  std::string outcome = "ended";
  try {
    co_await std::move(block);
  } catch (const rill::cancelled_error& error) {
    outcome = "cancelled " + std::string(error.reason());
  } catch (const rill::exception_group& group) {
    outcome = std::to_string(group.errors().size()) + ":";
    group.for_each<std::exception>([&](const std::exception& error) {
      outcome += " ";
      outcome += error.what();
    });
  } catch (const std::exception& error) {
    outcome = error.what();
  } catch (int number) {
    outcome = "int " + std::to_string(number);
  }
  co_return outcome;
}

template <class Body>
rill::coro<std::string> group_outcome(Body body) {
  const auto block = [](Body& inner) -> rill::coro<> {
    co_await rill::with_task_group(std::ref(inner));
  };
  co_return co_await outcome_of(block(body));
}

}  // namespace rill_test
