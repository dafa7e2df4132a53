// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/process_pool_executor.hpp"

#include <algorithm>
#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "exec/pool_jobs.hpp"
#include "rill/exec/exec_errors.hpp"
#include "rill/exec/shared_value.hpp"
#include "rill/loop/sleep.hpp"
#include "support/catch.hpp"
#include "support/leaves_open.hpp"
#include "support/other_process.hpp"

using namespace std::chrono_literals;
using rill_test::both_starts;
using rill_test::comes_true;
using rill_test::workers;

namespace {

int add(int a, int b) { return a + b; }
std::int64_t who() { return rill_test::own_process_number(); }
std::string reversed(const std::string& text) { return {text.rbegin(), text.rend()}; }
void nothing() {}
bool is_even(int number) noexcept { return number % 2 == 0; }
long squared(int number) { return long{number} * number; }
rill::coro<int> in_a_loop(int value) {
  co_await rill::sleep(1ms);
  co_return value + 1;
}
std::map<std::string, std::vector<int>> sorted(
    const std::vector<std::pair<std::string, int>>& all) {
  std::map<std::string, std::vector<int>> by_name;
  for (const auto& [name, number] : all) by_name[name].push_back(number);
  return by_name;
}

rill::shared_value<int> counter_of_worker;
int set_up_calls = 0;
void set_up(const rill::shared_value<int>& counter) {
  counter_of_worker = counter;
  ++set_up_calls;
}
int count_one() {
  counter_of_worker.fetch_add(1);
  return set_up_calls;
}

void hold(const rill::shared_value<int>& state) {
  state.store(1);
  while (state.load() != 2) std::this_thread::sleep_for(1ms);
}
bool is_held(const rill::shared_value<int>& state) {
  return comes_true([&] { return state.load() == 1; });
}

}  // namespace

TEST_CASE("jobs are done in another process and their results come back", "[process]") {
  for (const auto start : both_starts) {
    rill::process_pool_executor pool(workers(2, start));
    CHECK(pool.submit<&add>(2, 3).result() == 5);
    CHECK(pool.submit<&reversed>("abc").result() == "cba");
    pool.submit<&nothing>().result();
    CHECK(pool.submit<&is_even>(3).result() == false);
    CHECK(pool.submit<&who>().result() != rill_test::own_process_number());
    CHECK(rill::run_in_executor<&add>(pool, 4, 5).result() == 9);
  }
}

TEST_CASE("a job can be a coroutine, a lambda, and take what containers hold", "[process]") {
  rill::process_pool_executor pool(workers(1));
  CHECK(pool.submit<&in_a_loop>(41).result() == 42);
  CHECK(pool.submit<[](int number) { return number * 2; }>(21).result() == 42);
  const std::vector<std::pair<std::string, int>> all{{"b", 1}, {"a", 2}, {"b", 3}};
  const auto by_name = pool.submit<&sorted>(all).result();
  CHECK(by_name == std::map<std::string, std::vector<int>>{{"a", {2}}, {"b", {1, 3}}});
}

TEST_CASE("no more workers are started than are needed, nor than are allowed", "[process]") {
  rill::process_pool_executor pool(workers(2));
  CHECK(pool.stats().workers == 0);
  for (int i = 0; i < 5; ++i) pool.submit<&nothing>().result();
  CHECK(pool.stats().started <= 2);  // a job may come before the worker of the last is idle
  std::vector<rill::executor_future<std::int64_t>> jobs;
  for (int i = 0; i < 50; ++i) jobs.push_back(pool.submit<&who>());
  std::set<std::int64_t> ids;
  for (auto& job : jobs) ids.insert(job.result());
  CHECK(ids.size() <= 2);
  CHECK(pool.stats().started <= 2);
  const auto known = pool.worker_ids();
  for (const std::int64_t id : ids) CHECK(std::count(known.begin(), known.end(), id) == 1);
}

TEST_CASE("a map gives the results in the order of the elements, whatever the chunks",
          "[process]") {
  rill::process_pool_executor pool(workers(2));
  std::vector<int> numbers(100);
  std::iota(numbers.begin(), numbers.end(), 0);
  for (const std::size_t chunk : {0U, 1U, 7U, 100U, 1000U}) {
    int at = 0;
    for (const long square : pool.map<&squared>(numbers, chunk)) {
      CHECK(square == long{at} * at);
      ++at;
    }
    CHECK(at == 100);
  }
  int evens = 0;
  for (const bool even : pool.map<&is_even>(std::list<int>{1, 2, 4})) evens += even ? 1 : 0;
  CHECK(evens == 2);
  for (const long square : pool.map<&squared>(std::vector<int>())) FAIL(square);
}

TEST_CASE("the initializer is called once in each worker, before its first job", "[process]") {
  for (const auto start : both_starts) {
    const rill::shared_value<int> counter(0);
    auto options = workers(2, start);
    options.initializer = rill::process_initializer::of<&set_up>(counter);
    rill::process_pool_executor pool(options);
    std::vector<rill::executor_future<int>> jobs;
    for (int i = 0; i < 20; ++i) jobs.push_back(pool.submit<&count_one>());
    for (auto& job : jobs) CHECK(job.result() == 1);
    CHECK(counter.load() == 20);
    CHECK(set_up_calls == 0);  // what workers have of a global is their own
  }
}

TEST_CASE("a worker that has done its number of jobs is replaced", "[process]") {
  for (const auto start : both_starts) {
    auto options = workers(1, start);
    options.max_tasks_per_worker = 2;
    rill::process_pool_executor pool(options);
    std::set<std::int64_t> ids;
    for (int i = 0; i < 6; ++i) ids.insert(pool.submit<&who>().result());
    CHECK(ids.size() == 3);
    CHECK(pool.stats().lost == 0);
  }
}

TEST_CASE("a queued job can be cancelled, one that a worker has cannot", "[process]") {
  rill::process_pool_executor pool(workers(1));
  const rill::shared_value<int> state(0);
  const auto running = pool.submit<&hold>(state);
  const rill::shared_value<int> never(0);
  const auto queued = pool.submit<&hold>(never);
  REQUIRE(is_held(state));
  CHECK(queued.cancel());
  CHECK(queued.cancelled());
  CHECK_FALSE(running.cancel());
  state.store(2);
  running.result();
  CHECK_THROWS_AS(queued.result(), rill::cancelled_error);
  CHECK(pool.submit<&add>(1, 1).result() == 2);
  CHECK(never.load() == 0);
}

TEST_CASE("a map that goes cancels the chunks that no worker has", "[process]") {
  const rill::shared_value<int> counter(0);
  auto options = workers(1);
  options.initializer = rill::process_initializer::of<&set_up>(counter);
  rill::process_pool_executor pool(options);
  const rill::shared_value<int> state(0);
  const auto running = pool.submit<&hold>(state);
  REQUIRE(is_held(state));
  {
    const auto count = [](int /*number*/) -> int { return count_one(); };
    const auto dropped = pool.map<count>(std::vector<int>(10), 1);
  }
  state.store(2);
  running.result();
  pool.shutdown();
  CHECK(counter.load() == 0);
}

TEST_CASE("a pool that was shut down does what it has and takes no more", "[process]") {
  rill::process_pool_executor pool(workers(1));
  const rill::shared_value<int> state(0);
  const auto running = pool.submit<&hold>(state);
  const auto queued = pool.submit<&add>(1, 2);
  REQUIRE(is_held(state));
  pool.shutdown(false);
  CHECK_THROWS_AS(pool.submit<&nothing>(), rill::executor_shut_down);
  state.store(2);
  pool.shutdown();
  CHECK(running.done());
  CHECK(queued.result() == 3);
  CHECK(pool.stats().workers == 0);
  pool.shutdown();
}

TEST_CASE("a shutdown can cancel what is queued", "[process]") {
  rill::process_pool_executor pool(workers(1));
  const rill::shared_value<int> state(0);
  const auto running = pool.submit<&hold>(state);
  const auto queued = pool.submit<&add>(1, 2);
  REQUIRE(is_held(state));
  pool.shutdown(false, true);
  CHECK(queued.cancelled());
  state.store(2);
  pool.shutdown();
  CHECK_FALSE(running.cancelled());
}

TEST_CASE("a pool leaves neither descriptors nor processes behind", "[process]") {
  std::vector<std::int64_t> ids;
  CHECK(rill_test::leaves_nothing_open_at_last([&] {
    for (const auto start : both_starts) {
      rill::process_pool_executor pool(workers(2, start));
      for (const int number : pool.map<[](int each) { return each; }>(std::vector<int>(20), 1)) {
        CHECK(number == 0);
      }
      const auto more = pool.worker_ids();
      ids.insert(ids.end(), more.begin(), more.end());
    }
  }));
  CHECK_FALSE(ids.empty());
  for (const std::int64_t id : ids) CHECK_FALSE(rill_test::process_is_there(id));
}

TEST_CASE("a done-callback may destroy the pool of its job", "[process]") {
  auto pool = std::make_unique<rill::process_pool_executor>(workers(1));
  const rill::shared_value<int> state(0);
  auto job = pool->submit<&hold>(state);
  std::atomic<bool> gone = false;
  job.add_done_callback([&] {
    pool.reset();
    gone = true;
  });
  REQUIRE(is_held(state));
  state.store(2);
  job.result();
  CHECK(comes_true([&] { return gone.load(); }));
}
