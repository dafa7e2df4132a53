// SPDX-License-Identifier: BSL-1.0
// Many at once: order of results, errors thrown and collected, a gather that is cancelled. Listings
// F 4.5, F 4.6, F 4.7, F 4.5.1-a, F 4.5.1-b, R2.9a, R3.7, R3.10, R3.12, N14.
#include <chrono>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::fetch;
using cookbook::fetch_in_vain;
using cookbook::say;

namespace {

rill::coro<int> delay(int seconds) {
  co_await rill::sleep(std::chrono::seconds(seconds));
  co_return seconds;
}

rill::coro<> in_order() {
  auto [first, second] = co_await rill::gather(delay(3), delay(1));
  say("[" + std::to_string(first) + ", " + std::to_string(second) + "]");
}

rill::coro<> a_thousand() {
  std::vector<rill::coro<std::string>> requests;
  for (int i = 0; i < 1000; ++i) requests.push_back(fetch("site", 1s));
  const std::vector<std::string> pages = co_await rill::gather(std::move(requests));
  say(std::to_string(pages.size()) + " pages");
}

rill::coro<> with_a_failure() {
  try {
    co_await rill::gather(fetch("good", 2s), fetch_in_vain("bad", 1s));
  } catch (const std::exception& error) {
    say(error.what());
  }
  const auto results =
      co_await rill::gather(rill::return_exceptions, fetch("good", 2s), fetch_in_vain("bad", 1s));
  say(std::get<0>(results).has_value() ? "the good one is here" : "?");
  say(rill::describe_exception(std::get<1>(results).error()));
}

rill::coro<int> count_to(int seconds, std::string& log) {
  try {
    co_await rill::sleep(std::chrono::seconds(seconds));
    log += ", " + std::to_string(seconds) + " slept";
  } catch (const rill::cancelled_error&) {
    log += ", " + std::to_string(seconds) + " cancelled";
    throw;
  }
  co_return seconds;
}

rill::coro<> cancelled() {
  std::string log;
  const auto counting = [](std::string& to) -> rill::coro<> {
    std::vector<rill::coro<int>> all;
    for (int i = 0; i < 6; ++i) all.push_back(count_to(i, to));
    co_await rill::gather(std::move(all));
  };
  const rill::task<> many = rill::create_task(counting(log));
  co_await rill::sleep(2500ms);
  many.cancel();
  try {
    co_await many;
  } catch (const rill::cancelled_error&) {
    say("Was cancelled" + log);
  }
}

rill::coro<> recipe() {
  co_await in_order();
  co_await a_thousand();
  co_await with_a_failure();
  co_await cancelled();
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
