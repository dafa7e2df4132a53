// SPDX-License-Identifier: BSL-1.0
//
// The context of those who watch handles, where the reactor tells readiness.
#include <cstddef>
#include <vector>

#include "rill/core/context_var.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "support/coroutine_case.hpp"
#include "support/pipe_pair.hpp"

namespace {

using rill::event_loop;

const rill::context_var<int> number("number", -1);

void add_one() { number.set(number.get() + 1); }

}  // namespace

RILL_IO_TEST_CASE("a reader has one context for all of its calls", "[context]") {
  event_loop& loop = event_loop::running();
  rill_test::pipe_pair pipe;
  std::vector<int> seen;
  number.set(10);
  loop.add_reader(pipe.read_end(), [&seen, &pipe] {
    seen.push_back(number.get());
    add_one();
    pipe.take();
  });
  number.set(20);
  for (std::size_t i = 1; i <= 3; ++i) {
    pipe.put("x");
    while (seen.size() < i) co_await rill::yield();
  }
  loop.remove_reader(pipe.read_end());
  CHECK(seen[0] == 10);
  CHECK(seen[1] == 11);
  CHECK(seen[2] == 12);
  CHECK(number.get() == 20);
}
