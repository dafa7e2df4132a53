// SPDX-License-Identifier: BSL-1.0
// as_completed(): results as they come, with a limit behind which the rest runs on. Listings F 4.8,
// F 4.9, N15.
#include <chrono>
#include <string>
#include <vector>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::fetch;
using cookbook::say;

namespace {

rill::coro<> as_they_come() {
  std::vector<rill::task<std::string>> requests;
  requests.push_back(rill::create_task(fetch("slow", 3s)));
  requests.push_back(rill::create_task(fetch("fast", 1s)));
  requests.push_back(rill::create_task(fetch("middle", 2s)));
  auto ended = rill::as_completed(requests);
  while (auto next = co_await ended.next()) {
    say("number " + std::to_string(next->index) + ": " + next->handle.result());
  }
}

rill::coro<> with_a_limit() {
  std::vector<rill::task<std::string>> requests;
  requests.push_back(rill::create_task(fetch("fast", 1s)));
  requests.push_back(rill::create_task(fetch("late", 10s)));
  auto ended = rill::as_completed(requests, 2s);
  try {
    while (auto next = co_await ended.next()) say(next->handle.result());
  } catch (const rill::timeout_error&) {
    say("the time is over; " + std::to_string(ended.size()) + " run on");
  }
  const std::string late = co_await requests.back();
  say(late);
}

rill::coro<> recipe() {
  co_await as_they_come();
  co_await with_a_limit();
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
