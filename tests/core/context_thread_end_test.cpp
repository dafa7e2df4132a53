// SPDX-License-Identifier: BSL-1.0
//
// The context of a thread that ends. Not on Windows: thread-locals that the compiler emulates have
// gone before the destructors of others run (docs/design/iocp.md).
#include <thread>
#include <vector>

#include "core/looks_at_end.hpp"
#include "rill/core/context_var.hpp"
#include "support/catch.hpp"

namespace {

const rill::context_var<int> number("number", -1);
const rill::context_var<rill_test::looks_at_end> last_look("last_look");

}  // namespace

TEST_CASE("values of a thread go with it, and may look at variables", "[context]") {
  std::vector<int> seen;
  std::thread([&seen] {
    number.set(7);
    last_look.set(rill_test::looks_at_end(seen, number));
  }).join();
  CHECK(seen.size() == 1);
}
