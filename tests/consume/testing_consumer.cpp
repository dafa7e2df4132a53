// SPDX-License-Identifier: BSL-1.0
//
// The program that a consumer of rill::testing builds: an hour of virtual time passes at once.
#include <chrono>
#include <rill/rill.hpp>
#include <rill/testing.hpp>

namespace {

rill::coro<int> wait_an_hour() {
  co_await rill::sleep(std::chrono::hours(1));
  co_return 0;
}

}  // namespace

int main() { return rill::testing::run_virtual(wait_an_hour()); }
