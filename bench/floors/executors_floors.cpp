// SPDX-License-Identifier: BSL-1.0
// Floors of micro/executors_micro.cpp: a thread that waits under a mutex and a condition, a loop
// that waits for an eventfd, and nothing else.
#include <benchmark/benchmark.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace {

/// What a loop waits for.
class wake {
 public:
  wake() : descriptor_(::eventfd(0, EFD_CLOEXEC)) {}
  wake(const wake&) = delete;
  wake& operator=(const wake&) = delete;
  ~wake() { ::close(descriptor_); }

  void give() const {
    const std::uint64_t one = 1;
    if (::write(descriptor_, &one, sizeof one) != sizeof one) std::abort();
  }
  void take() const {
    std::uint64_t count = 0;
    if (::read(descriptor_, &count, sizeof count) != sizeof count) std::abort();
  }

 private:
  int descriptor_;
};

// A job to a thread that sleeps, and the news of its end to a loop that sleeps.
void hop(benchmark::State& state) {
  std::mutex mutex;
  std::condition_variable filled;
  bool job = false;
  bool over = false;
  const wake done;
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

struct callback {
  void (*call)(void*);
  void* data;
};

// Callbacks given to a loop by another thread; the loop is woken where it had none.
void post(benchmark::State& state) {
  for (auto _ : state) {
    std::mutex mutex;
    std::vector<callback> given;
    const wake filled;
    std::jthread giver([&] {
      for (std::int64_t i = 0; i < posts_per_round; ++i) {
        bool first = false;
        {
          const std::scoped_lock guard(mutex);
          first = given.empty();
          given.push_back({[](void* data) { ++*static_cast<std::int64_t*>(data); }, nullptr});
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
      for (const callback& each : mine) each.call(&calls);
      mine.clear();
    }
  }
  state.SetItemsProcessed(state.iterations() * posts_per_round);
}

}  // namespace

BENCHMARK(hop)->UseRealTime();
BENCHMARK(post)->UseRealTime()->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
