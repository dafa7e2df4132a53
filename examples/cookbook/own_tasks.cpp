// SPDX-License-Identifier: BSL-1.0
// A loop by hand: tasks made before it runs, and a wait for just these among all that it has.
// Listings F 2.21, F 2.22, R2.9b, R2.9c.
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

rill::coro<int> work(int number) {
  co_await rill::sleep(std::chrono::milliseconds((number * 7) % 10 * 100));
  co_return number;
}

rill::coro<> all_of(std::vector<rill::task<int>> tasks) {
  const std::vector<int> numbers = co_await rill::gather(std::move(tasks));
  for (const int number : numbers) say("concurrent work " + std::to_string(number));
}

// What the loop has besides, and what nobody waits for here.
rill::coro<> background() {
  while (true) co_await rill::sleep(1h);
}

/// Starts work and waits for what it has started, of a thousand other tasks for none.
class scheduler {
 public:
  explicit scheduler(rill::event_loop& loop) : loop_(&loop) {}

  void start(rill::coro<int> job) {
    ++left_;
    rill::task<int> task = loop_->create_task(std::move(job));
    // Registered before the task takes its first step, called when it has ended, however it ends.
    task.add_done_callback([this](const rill::any_future& ended) {
      if (ended.exception() == nullptr) ++good_;
      if (--left_ == 0 && all_done_) all_done_.set_result();
    });
  }

  rill::coro<int> join() {
    if (left_ != 0) {
      all_done_ = rill::create_future<>();
      co_await all_done_;
    }
    co_return good_;
  }

 private:
  rill::event_loop* loop_;
  rill::future<> all_done_;
  int left_ = 0;
  int good_ = 0;
};

void by_hand(rill::event_loop& loop) {
  cookbook::beginning = loop.time();
  std::vector<rill::task<int>> tasks;
  for (int i = 0; i < 10; ++i) tasks.push_back(loop.create_task(work(i)));  // before the loop runs
  loop.call_soon([] { say("a callback, before the first result"); });
  loop.run_until_complete(all_of(std::move(tasks)));
  const rill::task<> other = loop.create_task(background());
  scheduler own(loop);
  const int none = loop.run_until_complete(own.join());
  for (int i = 0; i < 1000; ++i) own.start(work(i));
  const int good = loop.run_until_complete(own.join());
  std::printf("%d, then %d jobs were joined; the other %s\n", none, good,
              other.done() ? "is done" : "runs on");
}

}  // namespace

int main(int count, char** arguments) {
  cookbook::timing time(count, arguments);
  rill::event_loop loop(time.options());  // closes itself
  by_hand(loop);
}
