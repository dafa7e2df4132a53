// SPDX-License-Identifier: BSL-1.0
//
// Jobs from threads and loops, cancelled, awaited, dropped and shut down at random moments: each
// ends in one way, and what it says is what has happened. What fails names its seed.
#include <atomic>
#include <chrono>
#include <cstddef>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/exec/run_in_executor.hpp"
#include "rill/exec/thread_pool_executor.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/runner.hpp"
#include "support/catch.hpp"

using rill::executor_future;
using rill::thread_pool_executor;

namespace {

struct job_tally {
  std::atomic<int> ran = 0;
  std::atomic<int> values = 0;
  std::atomic<int> cancelled = 0;
  std::atomic<int> refused = 0;
};

void count_outcome(const executor_future<int>& job, job_tally& seen) {
  try {
    if (job.result() == 7) ++seen.values;
  } catch (const rill::cancelled_error&) {
    ++seen.cancelled;
  }
}

// Each job is either run or cancelled, never both, whoever else does what.
void use_from_thread(thread_pool_executor& pool, job_tally& seen, int jobs, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<executor_future<int>> kept;
  for (int i = 0; i < jobs; ++i) {
    try {
      kept.push_back(pool.submit([&seen] {
        ++seen.ran;
        return 7;
      }));
    } catch (const rill::executor_shut_down&) {
      ++seen.refused;
      continue;
    }
    if (random() % 3 == 0) kept[random() % kept.size()].cancel();
    if (random() % 16 == 0) kept[random() % kept.size()].wait();
  }
  for (const executor_future<int>& job : kept) count_outcome(job, seen);
}

rill::coro<> await_some(thread_pool_executor& pool, job_tally& seen, unsigned seed) {
  std::mt19937 random(seed);
  const auto await_one = [](rill::future<int> job, job_tally& count) -> rill::coro<> {
    const int value = co_await std::move(job);
    if (value == 7) ++count.values;
  };
  std::vector<rill::task<>> waiting;
  for (int i = 0; i < 200; ++i) {
    try {
      auto job = rill::run_in_executor(pool, [&seen] {
        ++seen.ran;
        return 7;
      });
      waiting.push_back(rill::create_task(await_one, std::move(job), std::ref(seen)));
    } catch (const rill::executor_shut_down&) {
      break;
    }
    if (random() % 3 == 0) waiting[random() % waiting.size()].cancel();
    if (random() % 4 == 0) co_await rill::yield();
  }
  // The rest is left to the end of the run.
  if (random() % 2 == 0) co_return;
  for (const rill::task<>& each : waiting) {
    try {
      co_await each;
    } catch (const rill::cancelled_error&) {
      ++seen.cancelled;
    }
  }
}

}  // namespace

TEST_CASE("a job is run or cancelled, never both", "[job_races]") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    job_tally seen;
    {
      thread_pool_executor pool(2);
      std::vector<std::jthread> users;
      for (unsigned user = 0; user < 3; ++user) {
        users.emplace_back(use_from_thread, std::ref(pool), std::ref(seen), 300, seed * 10 + user);
      }
    }
    CHECK(seen.values == seen.ran);
    CHECK(seen.values + seen.cancelled == 900);
  }
}

TEST_CASE("a shutdown in the midst of it loses none", "[job_races]") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    job_tally seen;
    {
      thread_pool_executor pool(2);
      std::vector<std::jthread> users;
      for (unsigned user = 0; user < 2; ++user) {
        users.emplace_back(use_from_thread, std::ref(pool), std::ref(seen), 300, seed * 10 + user);
      }
      std::this_thread::sleep_for(std::chrono::microseconds(seed * 50));
      pool.shutdown(seed % 2 == 0, true);
    }
    CHECK(seen.values == seen.ran);
    CHECK(seen.values + seen.cancelled + seen.refused == 600);
  }
}

TEST_CASE("loops that come and go share a pool", "[job_races]") {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    job_tally seen;
    {
      thread_pool_executor pool(2);
      std::vector<std::jthread> loops;
      for (unsigned loop = 0; loop < 3; ++loop) {
        loops.emplace_back([&pool, &seen, own = seed * 10 + loop] {
          for (unsigned run = 0; run < 3; ++run) rill::run(await_some(pool, seen, own + 100 * run));
        });
      }
    }
    CHECK(seen.values <= seen.ran);
  }
}
