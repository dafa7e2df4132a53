// SPDX-License-Identifier: BSL-1.0
// A producer and ten workers: by polling, as it should not be, and by a queue that is shut down.
// Also a producer that fails. Listing R6.2.
#include <chrono>
#include <stdexcept>
#include <string>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

constexpr int many = 500;

// Asks again and again; while it asks, nothing else gets the processor.
rill::coro<> poll(rill::queue<int>& jobs, rill::event& over, int& done, long& asked) {
  while (!over.is_set() || !jobs.empty()) {
    ++asked;
    if (const auto job = jobs.try_get()) {
      co_await rill::sleep(1s);
      ++done;
    } else {
      co_await rill::sleep(10ms);
    }
  }
}

rill::coro<> by_polling() {
  rill::queue<int> jobs;
  rill::event over;
  int done = 0;
  long asked = 0;
  const auto body = [&](rill::task_group& group) -> rill::coro<> {
    for (int i = 0; i < 10; ++i) group.create_task(poll(jobs, over, done, asked));
    co_await rill::sleep(1s);
    for (int i = 0; i < many; ++i) co_await jobs.put(i);
    over.set();
  };
  co_await rill::with_task_group(body);
  say(std::to_string(done) + " jobs, asked for " + std::to_string(asked) + " times");
}

rill::coro<> work(rill::queue<int>& jobs, int& done) {
  while (auto job = co_await jobs.next()) {
    co_await rill::sleep(1s);
    ++done;
    jobs.task_done();
  }
}

rill::coro<> by_a_queue() {
  rill::queue<int> jobs(3);
  int done = 0;
  const auto body = [&](rill::task_group& group) -> rill::coro<> {
    for (int i = 0; i < 10; ++i) group.create_task(work(jobs, done));
    for (int i = 0; i < many; ++i) co_await jobs.put(i);
    jobs.shutdown();
  };
  co_await rill::with_task_group(body);
  say(std::to_string(done) + " jobs, and no worker has asked in vain");
}

// The end is the group's: workers do not wait for a producer that is gone.
rill::coro<> when_the_producer_fails() {
  rill::queue<int> jobs(3);
  int done = 0;
  const auto body = [&](rill::task_group& group) -> rill::coro<> {
    for (int i = 0; i < 10; ++i) group.create_task(work(jobs, done));
    for (int i = 0; i < many; ++i) {
      co_await jobs.put(i);
      if (i == 42) throw std::runtime_error("the source has run dry");
    }
  };
  try {
    co_await rill::with_task_group(body);
  } catch (const std::runtime_error& error) {
    say(std::string(error.what()) + " after " + std::to_string(done) + " jobs");
  }
}

rill::coro<> recipe() {
  co_await by_polling();
  co_await by_a_queue();
  co_await when_the_producer_fails();
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
