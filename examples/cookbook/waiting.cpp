// SPDX-License-Identifier: BSL-1.0
// wait(): all, the first error, the first to end, in a loop, with a limit. Listings F 4.10, F 4.11,
// F 4.12, F 4.13, F 4.14, F 4.15, R3.11a, R3.11b, R3.11c, N16, N17, N18, N19.
#include <chrono>
#include <string>
#include <vector>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::fetch;
using cookbook::fetch_in_vain;
using cookbook::say;
using rill::return_when;

namespace {

using requests = std::vector<rill::task<std::string>>;

requests start() {
  requests all;
  all.push_back(rill::create_task(fetch("one", 1s)));
  all.push_back(rill::create_task(fetch_in_vain("two", 2s)));
  all.push_back(rill::create_task(fetch("three", 3s)));
  return all;
}

void tell(const rill::wait_sets<rill::task<std::string>>& sets) {
  say(std::to_string(sets.done.size()) + " done, " + std::to_string(sets.pending.size()) +
      " pending");
  for (const auto& each : sets.done) {
    const std::exception_ptr error = each.exception();
    say(error ? "  error: " + rill::describe_exception(error) : "  " + each.result());
  }
  for (const auto& each : sets.pending) each.cancel();
}

rill::coro<> wait_until(return_when until) {
  const requests all = start();
  const auto sets = co_await rill::wait(all, {.until = until});
  tell(sets);
}

rill::coro<> one_after_the_other() {
  requests left = start();
  while (!left.empty()) {
    auto sets = co_await rill::wait(left, {.until = return_when::first_completed});
    for (const auto& each : sets.done) {
      say(each.exception() ? "one has failed" : each.result());
    }
    left = std::move(sets.pending);
  }
}

rill::coro<> with_a_limit() {
  const requests all = start();
  const auto sets = co_await rill::wait(all, {.timeout = 2500ms});
  tell(sets);
}

rill::coro<> recipe() {
  co_await wait_until(return_when::all_completed);
  co_await wait_until(return_when::first_exception);
  co_await wait_until(return_when::first_completed);
  co_await one_after_the_other();
  co_await with_a_limit();
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
