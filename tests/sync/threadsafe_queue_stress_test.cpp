// SPDX-License-Identifier: BSL-1.0
//
// Threads and tasks of several loops put into one queue and get from it, while tasks are cancelled,
// loops are closed and the queue is shut down, at random: every item comes out exactly once, in the
// order of its producer. What fails names its seed.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/runner.hpp"
#include "rill/sync/threadsafe_queue.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::task;

namespace {

struct item {
  std::size_t producer = 0;
  int number = 0;
};
using queue = rill::threadsafe_queue<std::unique_ptr<item>>;

/// What one producer has put: all below `put`, and perhaps that one, if its loop was closed.
struct producer {
  std::size_t index = 0;
  int count = 0;
  int put = 0;
};
/// What one consumer has got.
struct consumer {
  std::vector<item> got;
};

std::unique_ptr<item> next_of(const producer& from) {
  return std::make_unique<item>(item{from.index, from.put});
}

// -- threads

void put_in_thread(queue& to, producer& mine, unsigned seed) {
  std::mt19937 random(seed);
  try {
    while (mine.put != mine.count) {
      auto next = next_of(mine);
      switch (random() % 3) {
        case 0:
          if (!to.try_put(std::move(next))) continue;
          break;
        case 1:
          if (!to.try_put_for(std::move(next), std::chrono::microseconds(random() % 50))) continue;
          break;
        default:
          to.put_blocking(std::move(next));
      }
      ++mine.put;
    }
  } catch (const rill::queue_shut_down&) {  // not the first to stop
  }
}

void get_in_thread(queue& from, consumer& mine, unsigned seed) {
  std::mt19937 random(seed);
  try {
    while (true) {
      std::optional<std::unique_ptr<item>> next;
      switch (random() % 3) {
        case 0:
          next = from.try_get();
          break;
        case 1:
          next = from.try_get_for(std::chrono::microseconds(random() % 50));
          break;
        default:
          next.emplace(from.get_blocking());
      }
      if (!next) continue;
      mine.got.push_back(**next);
      from.task_done();
    }
  } catch (const rill::queue_shut_down&) {
  }
}

// -- tasks; a cancellation that strikes is noted, and they go on

coro<> put_in_task(queue& to, producer& mine, int& strikes) {
  while (mine.put != mine.count) {
    auto next = next_of(mine);
    try {
      co_await to.put(std::move(next));
    } catch (const rill::cancelled_error&) {
      ++strikes;  // it was not put, and is made anew
      continue;
    } catch (const rill::queue_shut_down&) {
      co_return;
    }
    ++mine.put;
  }
}

coro<> get_in_task(queue& from, consumer& mine, int& strikes) {
  while (true) {
    try {
      auto next = co_await from.next();
      if (!next) co_return;
      mine.got.push_back(**next);
      from.task_done();
    } catch (const rill::cancelled_error&) {
      ++strikes;
    }
  }
}

/// Cancels one of the tasks after the other at random, until all have ended.
coro<> disturb(std::vector<task<>>& all, unsigned seed) {
  std::mt19937 random(seed);
  const auto runs = [](const task<>& each) { return !each.done(); };
  while (std::any_of(all.begin(), all.end(), runs)) {
    if (random() % 4 == 0) all[random() % all.size()].cancel();
    co_await rill::yield();
  }
}

/// Some tasks in a loop of their own.
struct crew {
  std::vector<producer*> producers;
  std::vector<consumer*> consumers;
  int strikes = 0;

  std::vector<task<>> start(queue& items, rill::event_loop& loop) {
    std::vector<task<>> tasks;
    for (producer* const each : producers)
      tasks.push_back(loop.create_task(put_in_task(items, *each, strikes)));
    for (consumer* const each : consumers)
      tasks.push_back(loop.create_task(get_in_task(items, *each, strikes)));
    return tasks;
  }
  /// To the end.
  void run(queue& items, unsigned seed) {
    rill::event_loop loop;
    std::vector<task<>> tasks = start(items, loop);
    loop.run_until_complete(disturb(tasks, seed));
  }
  /// For some turns; then the loop is closed, wherever its tasks may be.
  void run_for(queue& items, unsigned turns) {
    rill::event_loop loop;
    const std::vector<task<>> tasks = start(items, loop);
    for (unsigned i = 0; i < turns; ++i) loop.run_once(50us);
  }
};

/// One run: who there is, and what has become of it.
class play {
 public:
  explicit play(unsigned seed) : random_(seed), items_(bound(seed)) {}

  void with_closed_loops() { closes_ = true; }
  void with_sudden_end() { drops_ = true; }

  void run() {
    std::vector<std::jthread> producers;
    std::vector<std::jthread> consumers;
    std::deque<crew> crews;
    for (unsigned i = 0; i < 2; ++i) {
      producers.emplace_back(put_in_thread, std::ref(items_), std::ref(make_producer()), pick());
      consumers.emplace_back(get_in_thread, std::ref(items_), std::ref(make_consumer()), pick());
      crew& putting = crews.emplace_back();
      for (int k = 0; k < 3; ++k) putting.producers.push_back(&make_producer());
      producers.push_back(start(putting, i));
      crew& getting = crews.emplace_back();
      for (int k = 0; k < 3; ++k) getting.consumers.push_back(&make_consumer());
      consumers.push_back(start(getting, i));
    }
    if (drops_) {
      // Somewhere in the middle: there is more to put than can be put meanwhile.
      for (unsigned turns = pick() % 40; turns != 0; --turns) std::this_thread::yield();
      items_.shutdown(true);
    }
    producers.clear();
    if (!drops_) items_.shutdown();
    consumers.clear();
    drain();
    check();
  }

 private:
  unsigned pick() { return static_cast<unsigned>(random_()); }
  static std::ptrdiff_t bound(unsigned seed) {
    constexpr std::ptrdiff_t bounds[] = {0, 1, 2, 50};
    return bounds[seed % 4];
  }
  producer& make_producer() {
    return producers_.emplace_back(producer{producers_.size(), drops_ ? 2'000 : 300, 0});
  }
  consumer& make_consumer() { return consumers_.emplace_back(); }

  std::jthread start(crew& who, unsigned index) {
    const unsigned number = pick();
    if (closes_ && index == 1) {
      return std::jthread([this, &who, number] { who.run_for(items_, 5 + number % 100); });
    }
    return std::jthread([this, &who, number] { who.run(items_, number); });
  }

  // What has come back from a loop that was closed when nobody got any more.
  void drain() {
    consumer& last = make_consumer();
    try {
      while (auto next = items_.try_get()) {
        last.got.push_back(**next);
        items_.task_done();
      }
    } catch (const rill::queue_shut_down&) {
    }
    if (closes_) return;  // what was used up in a frame that is gone was never marked
    items_.join_blocking();
    CHECK(items_.stats().unfinished == 0);
  }

  void check() const {
    std::vector<std::vector<int>> times;
    for (const producer& each : producers_) times.emplace_back(each.count + 1, 0);
    bool ordered = true;
    for (const consumer& each : consumers_) {
      std::vector<int> last(producers_.size(), -1);
      for (const item& one : each.got) {
        ++times[one.producer][static_cast<std::size_t>(one.number)];
        ordered = ordered && last[one.producer] < one.number;
        last[one.producer] = one.number;
      }
    }
    int lost = 0;
    int doubled = 0;
    int invented = 0;
    for (const producer& each : producers_) {
      for (int number = 0; number <= each.count; ++number) {
        const int seen = times[each.index][static_cast<std::size_t>(number)];
        if (seen > 1) ++doubled;
        if (seen == 0 && number < each.put) ++lost;
        if (seen != 0 && number > each.put) ++invented;
        // Put by a task that was gone before it could say so.
        if (seen != 0 && number == each.put && !closes_) ++invented;
      }
    }
    CHECK(doubled == 0);
    CHECK(invented == 0);
    if (!drops_) CHECK(lost == 0);
    if (!closes_) CHECK(ordered);
  }

  std::mt19937 random_;
  queue items_;
  bool closes_ = false;
  bool drops_ = false;
  std::deque<producer> producers_;
  std::deque<consumer> consumers_;
};

}  // namespace

TEST_CASE("threads and tasks that are cancelled at random lose nothing",
          "[threadsafe_queue][stress]") {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    play(seed).run();
  }
}

TEST_CASE("loops that are closed at random lose nothing", "[threadsafe_queue][stress]") {
  for (unsigned seed = 101; seed <= 140; ++seed) {
    INFO("seed " << seed);
    play one(seed);
    one.with_closed_loops();
    one.run();
  }
}

TEST_CASE("a queue shut down at once in the middle doubles nothing, and all end",
          "[threadsafe_queue][stress]") {
  for (unsigned seed = 201; seed <= 220; ++seed) {
    INFO("seed " << seed);
    play one(seed);
    one.with_sudden_end();
    one.run();
  }
}
