// SPDX-License-Identifier: BSL-1.0
// What process pools do when workers end, crash or are killed, on every system.
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "exec/pool_jobs.hpp"
#include "exec/worker_process.hpp"
#include "rill/exec/exec_errors.hpp"
#include "rill/exec/process_pool_executor.hpp"
#include "rill/exec/shared_value.hpp"
#include "support/catch.hpp"
#include "support/other_process.hpp"

using namespace std::chrono_literals;
using Catch::Contains;
using rill_test::both_starts;
using rill_test::broken_text;
using rill_test::can_fork;
using rill_test::comes_true;
using rill_test::kill_process;
using rill_test::process_is_there;
using rill_test::workers;

namespace {

int add(int a, int b) { return a + b; }
void leave(int code) { std::exit(code); }
void crash() {
  std::signal(SIGSEGV, SIG_DFL);  // not a sanitizer's report
  std::raise(SIGSEGV);
}
void give_up() { std::abort(); }
std::int64_t who() { return rill_test::own_process_number(); }
void die() { kill_process(who()); }
void hold(const rill::shared_value<std::int64_t>& id) {
  id.store(who());
  std::this_thread::sleep_for(60s);
}
void throw_at_start(const std::string& what) { throw std::runtime_error(what); }
int pool_in_a_pool(int number) {
  rill::process_pool_executor pool(workers(1));
  return pool.submit<&add>(number, 1).result();
}
void die_with_lock(const rill::shared_value<int>& shared) {
  const auto guard = shared.lock();
  *guard = 1;
  die();
}
/// Dies while a worker of its own is in a job.
void die_as_parent(const rill::shared_value<std::int64_t>& id, char watch) {
  rill::detail::choose_parent_watch(static_cast<rill::detail::parent_watch>(watch));
  rill::process_pool_executor pool(workers(1));
  const auto held = pool.submit<&hold>(id);
  if (comes_true([&] { return id.load() != 0; })) die();
}

}  // namespace

TEST_CASE("a worker that ends takes its job along, and is replaced", "[process]") {
  for (const auto start : both_starts) {
    rill::process_pool_executor pool(workers(1, start));
    CHECK_THAT(broken_text(pool.submit<&leave>(3)), Contains("ended with code 3"));
    CHECK_THAT(broken_text(pool.submit<&leave>(0)), Contains("ended with code 0"));
    CHECK_THAT(broken_text(pool.submit<&die>()), Contains(rill_test::text_of_killed()));
    CHECK(pool.submit<&add>(1, 2).result() == 3);
    CHECK(pool.stats().lost == 3);
  }
}

TEST_CASE("a worker that crashes takes its job along", "[process]") {
  rill::process_pool_executor pool(workers(1));
  CHECK_THAT(broken_text(pool.submit<&crash>()), Contains("the worker process"));
  CHECK_THAT(broken_text(pool.submit<&give_up>()), Contains("the worker process"));
  CHECK(pool.submit<&add>(1, 2).result() == 3);
}

TEST_CASE("a worker that is killed while it has nothing to do is not missed", "[process]") {
  for (const auto start : both_starts) {
    rill::process_pool_executor pool(workers(1, start));
    const std::int64_t first = pool.submit<&who>().result();
    kill_process(first);
    REQUIRE(comes_true([&] { return pool.stats().workers == 0; }));
    CHECK(comes_true([&] { return !process_is_there(first); }));
    CHECK(pool.submit<&who>().result() != first);
  }
}

TEST_CASE("an initializer that fails breaks the pool for all jobs", "[process]") {
  for (const auto start : both_starts) {
    auto options = workers(2, start);
    SECTION("by an exception") {
      options.initializer = rill::process_initializer::of<&throw_at_start>("no table");
      rill::process_pool_executor pool(options);
      CHECK_THAT(broken_text(pool.submit<&add>(1, 2)), Contains("has thrown: no table"));
      CHECK_THROWS_AS(pool.submit<&add>(1, 2), rill::broken_process_pool);
    }
    SECTION("by its death") {
      options.initializer = rill::process_initializer::of<&die>();
      rill::process_pool_executor pool(options);
      CHECK_THAT(broken_text(pool.submit<&add>(1, 2)), Contains(rill_test::text_of_killed()));
      CHECK_THROWS_AS(pool.submit<&add>(1, 2), rill::broken_process_pool);
    }
  }
}

TEST_CASE("all workers can be killed, and the pool goes on", "[process]") {
  for (const auto start : both_starts) {
    rill::process_pool_executor pool(workers(1, start));
    const rill::shared_value<std::int64_t> id(0);
    const auto held = pool.submit<&hold>(id);
    REQUIRE(comes_true([&] { return id.load() != 0; }));
    pool.kill_workers();
    CHECK_THAT(broken_text(held), Contains("was killed"));
    CHECK(pool.submit<&add>(1, 2).result() == 3);
  }
}

TEST_CASE("a job may have a pool of its own", "[process]") {
  for (const auto start : both_starts) {
    rill::process_pool_executor pool(workers(1, start));
    CHECK(pool.submit<&pool_in_a_pool>(41).result() == 42);
  }
}

// Each job ends with its value or with broken_process_pool; the counter tells how many were done.
TEST_CASE("workers that are killed at random moments lose no job silently", "[process][stress]") {
  std::minstd_rand random(2026);                     // the same moments each time
  const std::size_t deaths = can_fork() ? 500 : 30;  // Windows takes its time to start a process
  for (const auto start : both_starts) {
    rill::process_pool_executor pool(workers(2, start));
    std::vector<rill::executor_future<int>> jobs;
    int kills = 0;
    while (pool.stats().lost < deaths) {
      for (int i = 0; i < 8; ++i) jobs.push_back(pool.submit<&add>(i, kills));
      const auto ids = pool.worker_ids();
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 1500));
      if (ids.empty()) continue;
      kill_process(ids[random() % ids.size()]);
      ++kills;
    }
    pool.shutdown();
    std::size_t done = 0;
    std::size_t lost = 0;
    for (const auto& job : jobs) {
      REQUIRE(job.done());
      if (job.exception() == nullptr) {
        ++done;
      } else {
        ++lost;
        CHECK_THROWS_AS(job.result(), rill::broken_process_pool);
      }
    }
    CHECK(done + lost == jobs.size());
    CHECK(lost <= static_cast<std::size_t>(2 * kills));
    CHECK(pool.stats().workers == 0);
  }
}

TEST_CASE("the worker of a worker ends with it, whatever it is at", "[process]") {
  const auto watch =
      GENERATE(rill::detail::parent_watch::by_signal, rill::detail::parent_watch::by_channel);
  const rill::shared_value<std::int64_t> id(0);
  rill::process_pool_executor pool(workers(1));
  const auto dying = pool.submit<&die_as_parent>(id, static_cast<char>(watch));
  CHECK_THAT(broken_text(dying), Contains(rill_test::text_of_killed()));
  REQUIRE(id.load() != 0);
  CHECK(comes_true([&] { return !process_is_there(id.load()); }));
}

TEST_CASE("a worker that dies with the lock of shared memory gives it up", "[process][shared]") {
  const rill::shared_value<int> shared(0);
  rill::process_pool_executor pool(workers(1));
  CHECK_THAT(broken_text(pool.submit<&die_with_lock>(shared)), Contains("the worker process"));
  {
    const auto guard = shared.lock();
    CHECK(guard.recovered());
    CHECK(*guard == 1);
  }
  CHECK_FALSE(shared.lock().recovered());
}
