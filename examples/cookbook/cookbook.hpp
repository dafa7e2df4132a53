// SPDX-License-Identifier: BSL-1.0
//
// The frame of the cookbook's programs: a coroutine that is run, in real time, or with --virtual in
// virtual time, as the tests do.
#pragma once

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "rill/rill.hpp"
#include "rill/testing/virtual_clock.hpp"

namespace cookbook {

inline rill::time_point beginning;

/// Prints a line with the seconds since the recipe has begun.
inline void say(const std::string& text) {
  const std::chrono::duration<double> passed = rill::loop_clock::now() - beginning;
  std::printf("%5.1f s  %s\n", passed.count(), text.c_str());
  std::fflush(stdout);
}

/// Stands for work that takes its time: a request, a query.
inline rill::coro<std::string> fetch(std::string name, std::chrono::nanoseconds takes) {
  co_await rill::sleep(takes);
  co_return "page of " + name;
}

/// The same, of something that is not there.
inline rill::coro<std::string> fetch_in_vain(std::string name, std::chrono::nanoseconds takes) {
  co_await rill::sleep(takes);
  throw std::runtime_error("no page at " + name);
}

/// For files that other runs of the same recipe must not meet.
inline std::string unique_name() {
  return std::to_string(std::chrono::steady_clock::now().time_since_epoch().count());
}

inline rill::coro<> begin(rill::coro<> recipe) {
  beginning = rill::loop_clock::now();
  co_await std::move(recipe);
}

/// Options for a loop on the clock that was asked for.
inline rill::loop_options options_of(int count, char** arguments,
                                     rill::testing::virtual_clock& clock) {
  rill::loop_options options;
  if (count > 1 && std::string_view(arguments[1]) == "--virtual") options.clock = &clock;
  return options;
}

inline int run(int count, char** arguments, rill::coro<> recipe) {
  rill::testing::virtual_clock clock;
  try {
    rill::run(begin(std::move(recipe)), options_of(count, arguments, clock));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}

}  // namespace cookbook
