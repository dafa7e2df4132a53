// SPDX-License-Identifier: BSL-1.0
// A scope over a process pool, whose jobs are joined at its end; and workers that each have a loop
// of their own. Listings R5.6, R2.4b, F 1.x.
#include <chrono>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"
#include "cookbook/this_system.hpp"
#include "rill/exec/process_pool_executor.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

std::string from_a_child(std::int64_t parent) {
  return cookbook::process_number() == parent ? "?" : "This works perfectly fine";
}
int sum_of(int a, int b) { return a + b; }
void fail() { throw std::invalid_argument("not with me"); }

// In a worker, in a loop of its own: many at once in each.
rill::coro<std::int64_t> two_sleepers() {
  const auto sleeper = [](std::chrono::milliseconds takes) -> rill::coro<std::int64_t> {
    co_await rill::sleep(takes);
    co_return cookbook::process_number();
  };
  auto [first, second] = co_await rill::gather(sleeper(2ms), sleeper(1ms));
  co_return first == second ? first : -1;
}

// Everything that was submitted is joined by the end of with(), and the loop goes on meanwhile.
rill::coro<> scope() {
  const auto body = [](rill::process_pool_executor& pool) -> rill::coro<> {
    const auto said = pool.submit<&from_a_child>(cookbook::process_number());
    const auto sum = pool.submit<&sum_of>(1, 2);
    const std::string text = co_await said;
    say(text);
    const int number = co_await sum;
    say(std::to_string(number));
    try {
      co_await pool.submit<&fail>();
    } catch (const std::invalid_argument& error) {
      say(error.what());
    }
  };
  rill::process_pool_options options;
  options.max_workers = 2;
  if (cookbook::can_fork()) options.start = rill::worker_start::fork_server;
  co_await rill::with(rill::process_pool_executor(std::move(options)), body);
  say("the scope is left");
}

rill::coro<> one_loop_per_process() {
  rill::process_pool_options options;
  options.max_workers = 10;
  options.max_tasks_per_worker = 1;  // each job has a process to itself
  rill::process_pool_executor pool(std::move(options));
  const auto body = [](rill::process_pool_executor& workers) -> rill::coro<> {
    std::vector<rill::executor_future<std::int64_t>> jobs;
    for (int i = 0; i < 10; ++i) jobs.push_back(workers.submit<&two_sleepers>());
    std::set<std::int64_t> ids;
    for (auto& job : jobs) ids.insert(co_await job);
    say(std::to_string(ids.size()) + " processes, two coroutines in each");
  };
  co_await rill::with(pool, body);
  say("Cleanup finished");
}

rill::coro<> recipe() {
  co_await scope();
  co_await one_loop_per_process();
}

}  // namespace

int main(int count, char** arguments) {
  rill::process_worker_main();
  return cookbook::run(count, arguments, recipe());
}
