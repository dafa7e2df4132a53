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
#include "support/coroutine_case.hpp"

namespace rill_test {

/// Whether the members of a GROUP_TEST_CASE take their first step when they are made.
inline bool eager_members = false;

/// Adds a member in the way of the running case.
template <class T>
rill::member_task<T> add(rill::task_group& group, rill::coro<T> member) {
  return group.create_task(std::move(member), {.eager_start = eager_members});
}

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

/// A case that is run twice: with members that are queued, and with eager ones.
#define GROUP_TEST_CASE(name, tags) GROUP_TEST_CASE_OF(RILL_TEST_BODY, name, tags)
#define GROUP_TEST_CASE_OF(body, name, tags)     \
  static ::rill::coro<void> body();              \
  TEST_CASE(name, tags) {                        \
    ::rill_test::eager_members = false;          \
    ::rill_test::run_case_body(&body);           \
  }                                              \
  TEST_CASE(name ", with eager members", tags) { \
    ::rill_test::eager_members = true;           \
    ::rill_test::run_case_body(&body);           \
  }                                              \
  static ::rill::coro<void> body()
