// SPDX-License-Identifier: BSL-1.0
// Cancelling: from the same thread, from another, and a shield against it. Listings F 2.11, N9,
// R3.6a, R3.6b, R3.8, N11.
#include <chrono>
#include <string>
#include <thread>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

rill::coro<> sleeper(std::string name) {
  try {
    co_await rill::sleep(10s);
    say(name + " slept undisturbed");
  } catch (const rill::cancelled_error&) {
    say(name + " was cancelled");
    throw;
  }
}

rill::coro<> when_it_takes_too_long() {
  const rill::task<> task = rill::create_task(sleeper("the first"));
  int seconds = 0;
  while (!task.done()) {
    co_await rill::sleep(1s);
    if (++seconds == 5) task.cancel();
    if (seconds == 6) break;
  }
}

rill::coro<> from_another_thread() {
  const rill::task<> task = rill::create_task(sleeper("the second"));
  rill::event_loop& loop = rill::event_loop::running();
  const rill::future<> asked = rill::create_future<>();
  const rill::external_work_guard working;  // keeps the loop from calling this a deadlock
  std::thread other([&] {
    loop.call_soon_threadsafe([&] {  // the only door between threads
      task.cancel();
      asked.set_result();
    });
  });
  co_await asked;
  other.join();
  try {
    co_await task;
  } catch (const rill::cancelled_error&) {
    say("the requester goes on");
  }
}

rill::coro<> shielded() {
  const rill::task<> work = rill::create_task(sleeper("the shielded one"));
  const auto waiter = [](const rill::task<>& shielded_work) -> rill::coro<> {
    co_await rill::shield(shielded_work);
  };
  const rill::task<> outer = rill::create_task(waiter(work));
  co_await rill::sleep(3s);
  outer.cancel();
  try {
    co_await outer;
  } catch (const rill::cancelled_error&) {
    say("the outer await got a cancellation");
  }
  co_await work;
}

rill::coro<> recipe() {
  co_await when_it_takes_too_long();
  co_await from_another_thread();
  co_await shielded();
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
