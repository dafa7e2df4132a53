// SPDX-License-Identifier: BSL-1.0
// One loop for each thread: by hand, as a pool, and one beside a main thread that belongs to a loop
// of another kind, which starts work, shows its progress and cancels it. Listings R2.3, F 7.12,
// F 7.13, F 7.14, F 7.15.
#include <chrono>
#include <cstdio>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"
#include "cookbook/joining_thread.hpp"
#include "rill/rill.hpp"

using namespace std::chrono_literals;

namespace {

rill::coro<int> squared(int number) {
  co_await rill::sleep(1ms);
  if (number == 7) throw std::runtime_error("seven is refused");
  co_return number* number;
}

// Each thread makes a loop, runs a coroutine in it and leaves it clean; what it throws is its own.
void ten_loops_by_hand() {
  std::vector<std::string> lines(10);
  {
    std::vector<cookbook::joining_thread> threads;
    for (int number = 0; number < 10; ++number) {
      threads.emplace_back([number, &line = lines[static_cast<std::size_t>(number)]] {
        try {
          line = std::to_string(rill::run(squared(number)));
        } catch (const std::exception& error) {
          line = error.what();
        }
      });
    }
  }
  for (const std::string& line : lines) std::puts(line.c_str());
}

void the_same_as_a_pool() {
  rill::loop_pool pool({.loops = 10});
  std::vector<rill::executor_future<int>> squares;
  for (int number = 0; number < 10; ++number) squares.push_back(pool.submit(squared, number));
  int sum = 0;
  int failed = 0;
  for (const rill::executor_future<int>& each : squares) {
    if (each.exception() != nullptr) {
      ++failed;
    } else {
      sum += each.result();
    }
  }
  std::printf("sum %d, failed %d\n", sum, failed);
}

/// Stands for a window: its thread runs what is in its queue, and nothing else may touch it.
class window {
 public:
  /// Any thread.
  void post(std::function<void()> event) {
    const std::lock_guard guard(mutex_);
    events_.push_back(std::move(event));
  }
  /// The window's thread: one turn of a toolkit's own loop.
  void run_events() {
    std::deque<std::function<void()>> events;
    {
      const std::lock_guard guard(mutex_);
      events.swap(events_);
    }
    for (const std::function<void()>& event : events) event();
  }

  int bar = 0;
  std::string button = "Submit";

 private:
  std::mutex mutex_;
  std::deque<std::function<void()>> events_;
};

// Runs beside the window. Progress is posted, a hundred times at most.
rill::coro<> stress(window& shown, int total) {
  const int step = total < 100 ? 1 : total / 100;
  for (int done = 1; done <= total; ++done) {
    co_await rill::sleep(20us);
    if (done % step != 0 && done != total) continue;
    shown.post([&shown, done, total] { shown.bar = done * 100 / total; });
  }
}

void run_until(window& shown, const rill::executor_future<>& job) {
  while (!job.done()) {
    shown.run_events();
    std::this_thread::sleep_for(1ms);  // stands for the toolkit's wait
  }
  shown.run_events();
}

// The window never waits: it starts the work, goes on, and closes its loop's thread at its end.
void beside_a_window() {
  window shown;
  rill::loop_thread background({.name = "background"});
  for (const int total : {1, 99, 100, 1'000}) {
    shown.bar = 0;
    shown.button = "Cancel";
    const rill::executor_future<> job = background.submit(stress, std::ref(shown), total);
    job.add_done_callback([&shown] { shown.post([&shown] { shown.button = "Submit"; }); });
    run_until(shown, job);
    shown.run_events();
    std::printf("%d requests: bar at %d\n", total, shown.bar);
  }
  const rill::executor_future<> job = background.submit(stress, std::ref(shown), 1'000'000);
  job.cancel();
  run_until(shown, job);
  std::printf("cancelled: %s\n", job.cancelled() ? "yes" : "no");
  background.stop();  // while the window is still there
}

}  // namespace

int main(int count, char** arguments) {
  const cookbook::timing time(count,
                              arguments);  // nonsense is refused; nothing here waits for long
  ten_loops_by_hand();
  the_same_as_a_pool();
  beside_a_window();
}
