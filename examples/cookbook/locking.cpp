// SPDX-License-Identifier: BSL-1.0
// Locks, events, semaphores, and what happens without them. Listings R7.1, R7.2, R7.4, R7.5, R7.6a,
// N54.
#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

// An await between the read and the write of shared state lets others in.
rill::coro<> add_carelessly(int& counter, std::chrono::seconds takes) {
  const int before = counter;
  co_await rill::sleep(takes);
  counter = before + 1;
}

rill::coro<> add(rill::lock& mutex, int& counter, std::chrono::seconds takes) {
  const auto guard = co_await mutex.scoped();
  co_await add_carelessly(counter, takes);
}

rill::coro<> with_and_without_a_lock() {
  int counter = 0;
  co_await rill::gather(add_carelessly(counter, 3s), add_carelessly(counter, 2s));
  say("without a lock, an update is lost: " + std::to_string(counter));
  rill::lock mutex;
  counter = 0;
  co_await rill::gather(add(mutex, counter, 3s), add(mutex, counter, 2s));
  say("with one, it takes the sum of both: " + std::to_string(counter));
}

rill::coro<> visit(rill::lock& door, std::string name) {
  say(name + " waits");
  const auto inside = co_await door.scoped();
  say(name + " is in");
  co_await rill::sleep(2s);
  say(name + " goes out");
}

rill::coro<> make_a_mess(rill::event& over, std::vector<int>& mess) {
  while (!over.is_set()) {
    mess.push_back(static_cast<int>(mess.size()));
    co_await rill::sleep(1s);
  }
}

rill::coro<> clean_up(rill::event& over, std::vector<int>& mess) {
  co_await over.wait();
  say("cleaning up a mess of " + std::to_string(mess.size()));
  mess.clear();
}

rill::coro<> until_it_is_over() {
  rill::event over;
  std::vector<int> mess;
  const auto shut_down = [](rill::event& end) -> rill::coro<> {
    co_await rill::sleep(10s);
    end.set();
  };
  co_await rill::gather(make_a_mess(over, mess), clean_up(over, mess), shut_down(over));
}

template <class Semaphore>
rill::coro<> work(Semaphore& slots, int& inside, int& most) {
  const auto slot = co_await slots.scoped();
  most = std::max(most, ++inside);
  co_await rill::sleep(1s);
  --inside;
}

template <class Semaphore>
rill::coro<> a_hundred_jobs() {
  Semaphore slots(10);
  int inside = 0;
  int most = 0;
  std::vector<rill::coro<>> jobs;
  for (int i = 0; i < 100; ++i) jobs.push_back(work(slots, inside, most));
  co_await rill::gather(std::move(jobs));
  say("a hundred jobs, never more than " + std::to_string(most) + " at a time");
  try {
    slots.release();
    say("one release too many makes room for one more");
  } catch (const rill::usage_error&) {
    say("one release too many is an error");
  }
}

rill::coro<> recipe() {
  co_await with_and_without_a_lock();
  rill::lock door;
  co_await rill::gather(visit(door, "Ada"), visit(door, "Bob"));
  co_await until_it_is_over();
  co_await a_hundred_jobs<rill::semaphore>();
  co_await a_hundred_jobs<rill::bounded_semaphore>();
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
