// SPDX-License-Identifier: BSL-1.0
// What becomes of generators that are not at their end: closed by with(), by the loop when they are
// dropped, by the run when it ends, also by Ctrl-C, and by hand.
// Listings R4.2, R4.5a, R4.5b.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>
#include <utility>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

// Its name is its own: it may live longer than whoever drops it.
rill::async_generator<int> ticks(std::string name) {
  int tick = 0;
  bool closing = false;
  while (!closing) {
    co_await rill::sleep(1s);
    try {
      co_yield ++tick;
    } catch (const rill::generator_exit&) {
      closing = true;
    }
  }
  co_await rill::sleep(1s);
  say(name + " has cleaned up");
}

rill::coro<> until_two(rill::async_generator<int>& from) {
  while (auto tick = co_await from.next()) {
    say("tick " + std::to_string(*tick));
    if (*tick == 2) co_return;
  }
}

rill::coro<> in_time() {
  co_await rill::with(ticks("the one in a scope"), until_two);
  say("behind the scope");
}

rill::coro<> dropped() {
  {
    auto left = ticks("the dropped one");
    co_await until_two(left);
  }
  say("dropped; the loop closes it meanwhile");
  co_await rill::sleep(2s);
}

// Outlives its run: the run closes it.
rill::async_generator<int> kept;

rill::coro<> until_interrupted() {
  kept = ticks("the one that outlives its run");
  while (auto tick = co_await kept.next()) {
    say("tick " + std::to_string(*tick));
    if (*tick == 3) std::raise(SIGINT);  // as if somebody had pressed Ctrl-C
  }
}

void interrupted(cookbook::timing& time) {
  try {
    rill::run(cookbook::begin(until_interrupted()), time.options());
  } catch (const rill::interrupted_error&) {
    std::printf("caught Ctrl-C, and %s\n", kept ? "it is open" : "it is closed");
  }
}

// As run() does it.
void by_hand(cookbook::timing& time) {
  rill::event_loop loop(time.options());
  kept = ticks("the one that is closed by hand");
  loop.run_until_complete(until_two(kept));
  loop.run_until_complete(loop.shutdown_asyncgens());
  loop.close();
  std::printf("the loop is closed\n");
}

rill::coro<> recipe() {
  co_await in_time();
  co_await dropped();
}

}  // namespace

int main(int count, char** arguments) {
  cookbook::timing time(count, arguments);
  const int failed = cookbook::run(time, recipe());
  interrupted(time);
  by_hand(time);
  return failed;
}
