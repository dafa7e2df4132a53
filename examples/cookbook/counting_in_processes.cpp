// SPDX-License-Identifier: BSL-1.0
// Counting in other processes: one after the other, at once, mapped, in the order of ending; and a
// worker that dies. Listings F 6.1, F 6.2, F 6.3, F 6.4, F 6.5, N32, N35.
#include <string>
#include <thread>
#include <vector>

#include "cookbook/cookbook.hpp"
#include "cookbook/this_system.hpp"
#include "rill/exec/process_pool_executor.hpp"

using cookbook::say;

namespace {

long count(long to) {
  long counter = 0;
  while (counter < to) counter = counter + 1;
  return counter;
}
std::string say_hello(const std::string& name) { return "Hi there, " + name; }

// A large one, however fast the machine: it ends when it is told.
long count_until(const rill::shared_value<bool>& enough) {
  while (!enough.load()) std::this_thread::yield();
  return 100'000'000;
}

// The total is the sum: each result is waited for before the next job is given out.
rill::coro<> one_by_one(rill::process_pool_executor& pool) {
  const std::string first = co_await pool.submit<&say_hello>("Jeff");
  say(first);
  const std::string second = co_await pool.submit<&say_hello>("John");
  say(second);
}

// Both at once; the results in the order in which they were asked for.
rill::coro<> at_once(rill::process_pool_executor& pool) {
  auto [first, second] = co_await rill::gather(rill::run_in_executor<&count>(pool, 3'000'000),
                                               rill::run_in_executor<&count>(pool, 1'000'000));
  say("counted to " + std::to_string(first) + " and " + std::to_string(second));
}

rill::coro<> mapped(rill::process_pool_executor& pool) {
  auto results = pool.map<&count>(std::vector<long>{1, 3, 5, 22, 1'000'000}, 1);
  while (auto number = co_await results.next()) say("map: " + std::to_string(*number));
}

// A large one does not hold back the small ones that were asked for behind it.
rill::coro<> as_they_end(rill::process_pool_executor& pool) {
  const rill::shared_value<bool> enough(false);
  std::vector<rill::executor_future<long>> jobs;
  jobs.push_back(pool.submit<&count_until>(enough));
  for (const long to : {1, 3, 5, 22}) jobs.push_back(pool.submit<&count>(to));
  rill::queue<long> ended;
  const auto tell = [](rill::executor_future<long> job, rill::queue<long>& to) -> rill::coro<> {
    const long number = co_await job;
    co_await to.put(number);
  };
  std::vector<rill::task<>> telling;
  for (const auto& job : jobs) telling.push_back(rill::create_task(tell(job, ended)));
  long sum = 0;
  for (int small = 0; small < 4; ++small) sum += co_await ended.get();
  say("the small ones are here, " + std::to_string(sum) + " in all");
  enough.store(true);
  const long large = co_await ended.get();
  say("the large one last: " + std::to_string(large));
  co_await rill::gather(std::move(telling));
}

rill::coro<> killed(rill::process_pool_executor& pool) {
  try {
    co_await pool.submit<&cookbook::be_killed>();
  } catch (const rill::broken_process_pool& error) {
    say(error.what());
  }
  const std::string still = co_await pool.submit<&say_hello>("again");
  say(still);
}

rill::coro<> recipe() {
  rill::process_pool_options options;
  options.max_workers = 2;
  rill::process_pool_executor pool(std::move(options));
  const auto body = [](rill::process_pool_executor& workers) -> rill::coro<> {
    co_await one_by_one(workers);
    co_await at_once(workers);
    co_await mapped(workers);
    co_await as_they_end(workers);
    co_await killed(workers);
  };
  co_await rill::with(pool, body);
  say(std::to_string(pool.stats().workers) + " workers are left");
}

}  // namespace

int main(int arguments_count, char** arguments) {
  rill::process_worker_main();
  return cookbook::run(arguments_count, arguments, recipe());
}
