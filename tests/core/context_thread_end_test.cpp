// SPDX-License-Identifier: BSL-1.0
//
// The context of a thread that ends. Not on Windows: thread-locals that the compiler emulates have
// gone before the destructors of others run (docs/design/iocp.md).
#include <thread>
#include <utility>
#include <vector>

#include "rill/core/context_var.hpp"
#include "support/catch.hpp"

namespace {

const rill::context_var<int> number("number", -1);

struct looks_at_end {
  explicit looks_at_end(std::vector<int>& to) : seen(&to) {}
  looks_at_end(looks_at_end&& other) noexcept : seen(std::exchange(other.seen, nullptr)) {}
  looks_at_end& operator=(looks_at_end&&) = delete;
  ~looks_at_end() {
    if (seen != nullptr) seen->push_back(number.get());
  }
  std::vector<int>* seen;
};

const rill::context_var<looks_at_end> last_look("last_look");

}  // namespace

TEST_CASE("values of a thread go with it, and may look at variables", "[context]") {
  std::vector<int> seen;
  std::thread([&seen] {
    number.set(7);
    last_look.set(looks_at_end(seen));
  }).join();
  CHECK(seen.size() == 1);
}
