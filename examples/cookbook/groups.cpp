// SPDX-License-Identifier: BSL-1.0
// What asyncio's books do by hand: tasks that end together, a service that says when it is ready, a
// race whose losers are gone. Listings F 4.12, N17.
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::fetch;
using cookbook::fetch_in_vain;
using cookbook::say;

namespace {

rill::coro<> witnessed(std::string name, std::chrono::nanoseconds takes) {
  try {
    const std::string page = co_await fetch(name, takes);
    say(page);
  } catch (const rill::cancelled_error&) {
    say(name + " is not needed any more");
    throw;
  }
}

rill::coro<> one_fails_all_stop() {
  const auto body = [](rill::task_group& group) -> rill::coro<> {
    group.create_task(witnessed("early", 1s));
    group.create_task(witnessed("late", 1h));
    group.create_task(fetch_in_vain("the third", 2s));
    co_return;
  };
  try {
    co_await rill::with_task_group(body);
  } catch (const std::runtime_error& error) {
    say(error.what());
  }
}

rill::coro<> serve(rill::task_status<int> status) {
  co_await rill::sleep(2s);  // binds, loads, warms up
  status.started(8080);
  co_await rill::sleep(1h);
}

rill::coro<> begun_when_ready() {
  const auto body = [](rill::task_group& group) -> rill::coro<> {
    const int port = co_await group.start<int>(&serve);
    say("the server listens on " + std::to_string(port));
    co_await witnessed("the server", 1s);
    group.cancel();  // the server has nothing more to do
  };
  co_await rill::with_task_group(body);
  say("the server is gone");
}

rill::coro<> the_first_of_two() {
  const auto won = co_await rill::race(fetch("the mirror", 1s), fetch("the origin", 2s));
  say(std::visit([](const std::string& page) { return page; }, won));
  std::vector<std::function<rill::coro<std::string>()>> addresses;
  addresses.emplace_back([] { return fetch("::1", 1h); });  // does not answer
  addresses.emplace_back([] { return fetch("127.0.0.1", 1s); });
  const auto connected = co_await rill::staggered_race(std::move(addresses), 250ms);
  say(*connected.value + ", number " + std::to_string(connected.index));
}

rill::coro<> recipe() {
  co_await one_fails_all_stop();
  co_await begun_when_ready();
  co_await the_first_of_two();
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
