// SPDX-License-Identifier: BSL-1.0
// Values that processes share: an update that is lost, one under the lock, one in a single step, a
// counter handed over by the initializer, and a holder of the lock that dies. Listings F 6.10,
// F 6.11a, F 6.x-a, F 6.5.2-a, F 6.x-b, N51.
#include <string>
#include <thread>
#include <vector>

#include "cookbook/cookbook.hpp"
#include "cookbook/this_system.hpp"
#include "rill/exec/process_pool_executor.hpp"

using cookbook::say;

namespace {

void increment_value(const rill::shared_value<int>& value) { value.fetch_add(1); }
void increment_array(const rill::shared_array<int>& array) {
  for (int& item : array.lock()) item += 1;
}

// What may happen between a read and a write does happen here: both have read before either writes.
void add_carelessly(const rill::shared_value<int>& counter, const rill::shared_value<int>& read) {
  const int before = counter.load();
  read.fetch_add(1);
  while (read.load() != 2) std::this_thread::yield();
  counter.store(before + 1);
}
void add_under_the_lock(int times, const rill::shared_value<int>& counter) {
  for (int i = 0; i < times; ++i) {
    const auto guard = counter.lock();
    *guard = *guard + 1;
  }
}
void add_in_one_step(int times, const rill::shared_value<int>& counter) {
  for (int i = 0; i < times; ++i) counter.fetch_add(1);
}
void die_with_the_lock(const rill::shared_value<int>& counter) {
  const auto guard = counter.lock();
  *guard = -1;
  cookbook::be_killed();
}

rill::shared_value<double> counter_of_worker;
void set_up(const rill::shared_value<double>& counter) { counter_of_worker = counter; }
void increment() { counter_of_worker.fetch_add(1); }

rill::coro<> value_and_array(rill::process_pool_executor& pool) {
  const rill::shared_value<int> value(0);
  const rill::shared_array<int> array(2);
  co_await rill::gather(pool.submit<&increment_value>(value), pool.submit<&increment_array>(array));
  say(std::to_string(value.load()));
  say("[" + std::to_string(array.span()[0]) + ", " + std::to_string(array.span()[1]) + "]");
}

rill::coro<> two_at_one(rill::process_pool_executor& pool) {
  const rill::shared_value<int> counter(0);
  const rill::shared_value<int> read(0);
  co_await rill::gather(pool.submit<&add_carelessly>(counter, read),
                        pool.submit<&add_carelessly>(counter, read));
  say("each process reads 0 and writes 1: " + std::to_string(counter.load()));
  counter.store(0);
  co_await rill::gather(pool.submit<&add_under_the_lock>(20'000, counter),
                        pool.submit<&add_under_the_lock>(20'000, counter));
  say("under the lock, 2 times 20000: " + std::to_string(counter.load()));
  counter.store(0);
  co_await rill::gather(pool.submit<&add_in_one_step>(20'000, counter),
                        pool.submit<&add_in_one_step>(20'000, counter));
  say("in one atomic step, 2 times 20000: " + std::to_string(counter.load()));
}

rill::coro<> holder_that_dies(rill::process_pool_executor& pool) {
  const rill::shared_value<int> counter(0);
  try {
    co_await pool.submit<&die_with_the_lock>(counter);
  } catch (const rill::broken_process_pool&) {
    const auto guard = counter.lock();
    say(guard.recovered() ? "the holder has died; it has left " + std::to_string(*guard) : "?");
  }
}

rill::coro<> by_initializer() {
  const rill::shared_value<double> counter(0);
  rill::process_pool_options options;
  options.max_workers = 2;
  options.initializer = rill::process_initializer::of<&set_up>(counter);
  rill::process_pool_executor pool(std::move(options));
  const auto body = [](rill::process_pool_executor& workers) -> rill::coro<> {
    std::vector<rill::executor_future<>> jobs;
    for (int i = 0; i < 20; ++i) jobs.push_back(workers.submit<&increment>());
    for (auto& job : jobs) co_await job;
  };
  co_await rill::with(pool, body);
  say("20 jobs: " + std::to_string(counter.load()));
}

rill::coro<> recipe() {
  rill::process_pool_options options;
  options.max_workers = 2;
  rill::process_pool_executor pool(std::move(options));
  const auto body = [](rill::process_pool_executor& workers) -> rill::coro<> {
    co_await value_and_array(workers);
    co_await two_at_one(workers);
    co_await holder_that_dies(workers);
  };
  co_await rill::with(pool, body);
  co_await by_initializer();
}

}  // namespace

int main(int count, char** arguments) {
  rill::process_worker_main();
  return cookbook::run(count, arguments, recipe());
}
