// SPDX-License-Identifier: BSL-1.0
//
// Async generators that tell how they end.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>

#include "rill/core/async_generator.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/sleep.hpp"

namespace rill_test {

/// Yields for ever; writes a letter when it is told to end, and another when that has awaited.
inline rill::async_generator<int> endless(std::string& log) {
  int next = 0;
  bool closing = false;
  while (!closing) {
    try {
      co_yield next++;
    } catch (const rill::generator_exit&) {
      closing = true;
    }
  }
  log += "x";
  co_await rill::sleep(std::chrono::seconds(1));
  log += "y";
}

inline rill::async_generator<int> failing_at_close() {
  std::exception_ptr exit;
  try {
    co_yield 1;
  } catch (const rill::generator_exit&) {
    exit = std::current_exception();
  }
  if (exit) throw std::runtime_error("clean-up failed");
}

inline rill::async_generator<int> yielding_at_close() {
  bool stay = true;
  while (stay) {
    try {
      co_yield 1;
    } catch (const rill::generator_exit&) {  // ignored
    }
  }
}

struct at_end {
  std::string* log;
  char letter;
  ~at_end() { *log += letter; }
};
inline rill::async_generator<int> with_destructor(std::string& log) {
  const at_end last{&log, 'd'};
  co_yield 1;
  co_yield 2;
}

inline rill::coro<int> first_of(rill::async_generator<int>& numbers) {
  const auto item = co_await numbers.next();
  co_return item.value_or(-1);
}

}  // namespace rill_test
