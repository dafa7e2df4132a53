// SPDX-License-Identifier: BSL-1.0
// Two threads that read, compute and write: an update is lost, though each step is atomic. Listing
// R7.6b.
#include <atomic>
#include <functional>
#include <mutex>
#include <string>

#include "cookbook/cookbook.hpp"
#include "cookbook/joining_thread.hpp"
#include "cookbook/meeting_point.hpp"

using cookbook::say;

namespace {

// What may happen between a read and a write does happen here: both have read before either writes.
// The counter is atomic, so there is no data race; the update is lost all the same.
void add_carelessly(std::atomic<int>& counter, cookbook::meeting_point& both_have_read) {
  const int before = counter.load();
  both_have_read.arrive_and_wait();
  counter.store(before + 1);
}

void add_in_one_step(std::atomic<int>& counter, cookbook::meeting_point& together) {
  together.arrive_and_wait();
  for (int i = 0; i < 10'000; ++i) counter.fetch_add(1);
}

// More than one step, and nobody else in between. A rill::lock would not do: it is for the tasks of
// one loop.
void add_under_a_mutex(int& counter, std::mutex& mutex, cookbook::meeting_point& together) {
  together.arrive_and_wait();
  for (int i = 0; i < 10'000; ++i) {
    const std::lock_guard<std::mutex> guard(mutex);
    const int before = counter;
    counter = before + 1;
  }
}

template <class Function, class... Args>
void in_two_threads(Function function, Args&... args) {
  cookbook::joining_thread one(function, std::ref(args)...);
  cookbook::joining_thread other(function, std::ref(args)...);
}

// Nothing is shared: each thread tells of its work, and one task keeps the count.
rill::coro<int> count_what_comes() {
  rill::threadsafe_queue<int> updates(100);
  const auto tell = [](rill::threadsafe_queue<int>& to) {
    for (int i = 0; i < 10'000; ++i) to.put_blocking(1);
  };
  cookbook::joining_thread one(tell, std::ref(updates));
  cookbook::joining_thread other(tell, std::ref(updates));
  int counter = 0;
  while (counter != 20'000) counter += co_await updates.get();
  co_return counter;
}

rill::coro<> recipe() {
  cookbook::meeting_point both(2);
  std::atomic<int> counter = 0;
  in_two_threads(add_carelessly, counter, both);
  say("each thread reads 0 and writes 1: " + std::to_string(counter));
  counter = 0;
  in_two_threads(add_in_one_step, counter, both);
  say("in one atomic step, 2 times 10000: " + std::to_string(counter));
  std::mutex mutex;
  int guarded = 0;
  in_two_threads(add_under_a_mutex, guarded, mutex, both);
  say("under a mutex, 2 times 10000: " + std::to_string(guarded));
  const int counted = co_await count_what_comes();
  say("told to one task, 2 times 10000: " + std::to_string(counted));
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
