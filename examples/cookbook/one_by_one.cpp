// SPDX-License-Identifier: BSL-1.0
// Where the time goes when things wait for one another by mistake, and the cure. Listings F 2.7,
// F 4.4, F 4.4-a, F 4.5-a, N13.
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::fetch;
using cookbook::fetch_in_vain;
using cookbook::say;

namespace {

// An await of a coroutine is a call: what comes next has to wait.
rill::coro<> a_slow_await_first() {
  const std::string slow = co_await fetch("the slow one", 1s);
  const std::string quick = co_await fetch("the quick one", 0s);
  say(quick + " had to wait for " + slow);
}

// Awaited where it is made, a task is no better than a call.
rill::coro<> made_and_awaited_in_one_loop() {
  for (int i = 0; i < 3; ++i) {
    const rill::task<std::string> request = rill::create_task(fetch("site", 3s));
    co_await request;
  }
  say("three requests one by one, nine seconds");
}

rill::coro<> first_made_then_awaited() {
  std::vector<rill::task<std::string>> requests;
  for (int i = 0; i < 3; ++i) requests.push_back(rill::create_task(fetch("site", 3s)));
  for (const rill::task<std::string>& each : requests) co_await each;
  say("three requests together, three seconds");
}

// Awaited in order, the slowest in front holds back the rest, and an error of it hides the others.
rill::coro<> handled_in_order() {
  const rill::task<std::string> slow = rill::create_task(fetch_in_vain("slow", 4s));
  const rill::task<std::string> quick = rill::create_task(fetch("quick", 1s));
  try {
    const std::string first = co_await slow;
    const std::string second = co_await quick;
    say(first + second);
  } catch (const std::runtime_error& error) {
    say(std::string(error.what()) + "; the other has been here for three seconds");
  }
}

rill::coro<> handled_as_they_come() {
  const std::vector<rill::task<std::string>> requests{rill::create_task(fetch_in_vain("slow", 4s)),
                                                      rill::create_task(fetch("quick", 1s))};
  auto ended = rill::as_completed(requests);
  while (auto next = co_await ended.next()) {
    const std::exception_ptr error = next->handle.exception();
    say(error ? rill::describe_exception(error) : next->handle.result());
  }
}

rill::coro<> a_series() {
  for (int i = 0; i < 100; ++i) co_await fetch("site", 1s);
  say("a hundred requests in series, a hundred seconds");
}

rill::coro<> recipe() {
  co_await a_slow_await_first();
  co_await made_and_awaited_in_one_loop();
  co_await first_made_then_awaited();
  co_await handled_in_order();
  co_await handled_as_they_come();
  co_await a_series();
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
