// SPDX-License-Identifier: BSL-1.0
#include "rill/testing/step_loop.hpp"

#include <memory>

#include "rill/core/errors.hpp"
#include "rill/testing/idle_reactor.hpp"

namespace rill::testing {

namespace {

loop_options without_io(virtual_clock& clock) {
  loop_options options;
  options.custom_reactor = std::make_unique<idle_reactor>();
  options.clock = &clock;
  return options;
}

}  // namespace

step_loop::step_loop() : loop_(without_io(clock_)) {}

bool step_loop::turn() { return loop_.run_once(); }

std::size_t step_loop::settle(std::size_t most) {
  std::size_t turns = 0;
  while (turn()) {
    if (++turns == most)
      rill::detail::throw_usage(
          "rill: the loop does not come to rest; some task or callback makes itself ready again "
          "in every turn");
  }
  return turns;
}

void step_loop::advance(std::chrono::nanoseconds by) {
  settle();
  const time_point end = clock_.time() + by;
  while (true) {
    const std::chrono::nanoseconds next = loop_.time_until_next();
    if (next.count() < 0 || next > end - clock_.time()) break;
    clock_.advance(next);
    settle();
  }
  clock_.advance(end - clock_.time());
}

}  // namespace rill::testing
