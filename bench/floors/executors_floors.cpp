// SPDX-License-Identifier: BSL-1.0
// Floors of micro/executors_micro.cpp: a thread and a loop that each wait under a mutex and a
// condition, and nothing else.
#include <benchmark/benchmark.h>

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace {

/// What a loop without I/O waits for.
class wake {
 public:
  void give() {
    {
      const std::scoped_lock guard(mutex_);
      given_ = true;
    }
    changed_.notify_one();
  }
  void take() {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [this] { return given_; });
    given_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool given_ = false;
};

// A job to a thread that sleeps, and the news of its end to a loop that sleeps.
void hop(benchmark::State& state) {
  std::mutex mutex;
  std::condition_variable filled;
  bool job = false;
  bool over = false;
  wake done;
  std::jthread worker([&] {
    std::unique_lock guard(mutex);
    while (true) {
      filled.wait(guard, [&] { return job || over; });
      if (over) return;
      job = false;
      guard.unlock();
      done.give();
      guard.lock();
    }
  });
  for (auto _ : state) {
    {
      const std::scoped_lock guard(mutex);
      job = true;
    }
    filled.notify_one();
    done.take();
  }
  const std::scoped_lock guard(mutex);
  over = true;
  filled.notify_one();
}

constexpr std::int64_t posts_per_round = 100'000;

using callback = void (*)(std::int64_t& calls);

// Callbacks given to a loop by another thread; the loop is woken where it had none.
void post(benchmark::State& state) {
  for (auto _ : state) {
    std::mutex mutex;
    std::vector<callback> given;
    wake filled;
    std::jthread giver([&] {
      for (std::int64_t i = 0; i < posts_per_round; ++i) {
        bool first = false;
        {
          const std::scoped_lock guard(mutex);
          first = given.empty();
          given.push_back([](std::int64_t& calls) { ++calls; });
        }
        if (first) filled.give();
      }
    });
    std::int64_t calls = 0;
    std::vector<callback> mine;
    while (calls < posts_per_round) {
      filled.take();
      {
        const std::scoped_lock guard(mutex);
        mine.swap(given);
      }
      for (const callback each : mine) each(calls);
      mine.clear();
    }
  }
  state.SetItemsProcessed(state.iterations() * posts_per_round);
}

}  // namespace

BENCHMARK(hop)->UseRealTime();
BENCHMARK(post)->UseRealTime()->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
