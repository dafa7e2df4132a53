// SPDX-License-Identifier: BSL-1.0
//
// A condition and a channel against sequential models of them: a hundred thousand random operations
// each, from a fixed seed.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/future.hpp"
#include "rill/core/yield.hpp"
#include "rill/sync/channel.hpp"
#include "rill/sync/condition.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/catch.hpp"

using rill::coro;
using rill::task;

namespace {

constexpr std::size_t slots = 8;

coro<> sends(rill::sender<int> out, int item) { co_await out.send(item); }
coro<std::optional<int>> receives(rill::receiver<int> in) { co_return co_await in.next(); }

/// What a channel is: items that are in, and those who wait on either side.
struct channel_model {
  std::size_t capacity;
  std::deque<int> items;
  std::deque<std::pair<std::size_t, int>> sending;
  std::deque<std::size_t> receiving;
  std::optional<int> got[slots] = {};

  void send(std::size_t who, int item) {
    if (!receiving.empty()) {
      got[receiving.front()] = item;
      receiving.pop_front();
    } else if (items.size() < capacity) {
      items.push_back(item);
    } else {
      sending.emplace_back(who, item);
    }
  }
  void receive(std::size_t who) {
    got[who].reset();
    if (items.empty() && sending.empty()) {
      receiving.push_back(who);
      return;
    }
    if (!sending.empty()) {
      items.push_back(sending.front().second);
      sending.pop_front();
    }
    got[who] = items.front();
    items.pop_front();
  }
};

template <class T>
task<T> eager(rill::testing::step_loop& steps, coro<T> work) {
  return steps.in_loop([&] { return rill::create_task(std::move(work), {.eager_start = true}); });
}

void play_channel(std::size_t capacity, std::uint32_t seed, int operations) {
  rill::testing::step_loop steps;
  std::mt19937 random(seed);
  const auto pick = [&random](std::size_t below) {
    return static_cast<std::size_t>(random()) % below;
  };
  rill::channel<int> ends(static_cast<std::ptrdiff_t>(capacity));
  channel_model model{.capacity = capacity, .items = {}, .sending = {}, .receiving = {}};
  task<> senders[slots];
  task<std::optional<int>> receivers[slots];
  for (int i = 0; i < operations; ++i) {
    INFO("operation " << i);
    const std::size_t who = pick(slots);
    const std::size_t what = pick(16);
    if (what < 6 && (!senders[who] || senders[who].done())) {
      model.send(who, i);
      senders[who] = eager(steps, sends(ends.out, i));
    } else if (what < 12 && (!receivers[who] || receivers[who].done())) {
      model.receive(who);
      receivers[who] = eager(steps, receives(ends.in));
    } else if (what < 14 && senders[who]) {
      senders[who].cancel();
      std::erase_if(model.sending, [who](const auto& each) { return each.first == who; });
    } else if (what < 16 && receivers[who]) {
      receivers[who].cancel();
      std::erase(model.receiving, who);
    }
    if (i % 5 != 0) continue;
    steps.settle();
    const rill::channel_stats stats = ends.out.stats();
    REQUIRE(stats.size == model.items.size());
    REQUIRE(stats.sending == model.sending.size());
    REQUIRE(stats.receiving == model.receiving.size());
    for (std::size_t each = 0; each < slots; ++each) {
      if (!receivers[each]) continue;
      const bool has = receivers[each].done() && !receivers[each].cancelled();
      REQUIRE((has ? receivers[each].result() : std::nullopt) == model.got[each]);
    }
  }
  // The end: what is in comes out, then nothing.
  for (const task<>& each : senders) {
    if (each) each.cancel();
  }
  for (const auto& each : receivers) {
    if (each) each.cancel();
  }
  steps.settle();
  ends.out.close();
  std::size_t left = 0;
  while (ends.in.try_next()) ++left;
  CHECK(left == model.items.size());
  CHECK(ends.in.at_end());
}

/// Waits once, and says when it goes on.
coro<> waits(rill::condition& changed, std::vector<int>& log, int number) {
  const auto guard = co_await changed.scoped();
  co_await changed.wait();
  log.push_back(number);
  co_await rill::yield();  // the next has to wait for the lock
}

}  // namespace

TEST_CASE("a channel does what its model does", "[model]") {
  play_channel(0, 1, 100'000);
  play_channel(2, 2, 100'000);
}

TEST_CASE("a condition does what its model does", "[model]") {
  rill::testing::step_loop steps;
  std::mt19937 random(3);
  const auto pick = [&random](std::size_t below) {
    return static_cast<std::size_t>(random()) % below;
  };
  rill::condition changed;
  std::vector<int> log;
  std::vector<int> expected;
  std::deque<std::size_t> waiting;  // not notified
  task<> tasks[slots];
  int numbers[slots] = {};
  for (int i = 0; i < 100'000; ++i) {
    const std::size_t who = pick(slots);
    const std::size_t what = pick(16);
    if (what < 8 && (!tasks[who] || tasks[who].done())) {
      steps.settle();
      numbers[who] = i;
      waiting.push_back(who);
      tasks[who] = eager(steps, waits(changed, log, i));
      steps.settle();
    } else if (what < 11 && tasks[who]) {
      tasks[who].cancel();
      std::erase(waiting, who);
      steps.settle();
    } else if (what < 14) {
      steps.settle();
      REQUIRE(changed.try_acquire());
      // Some of those that are notified are cancelled before they have the lock: others go on.
      std::size_t count = pick(4);
      changed.notify(count);
      std::vector<std::size_t> notified;
      for (; count != 0 && !waiting.empty(); --count) {
        notified.push_back(waiting.front());
        waiting.pop_front();
      }
      for (std::size_t j = 0; j < notified.size(); ++j) {
        if (pick(4) != 0) continue;
        tasks[notified[j]].cancel();
        notified.erase(notified.begin() + static_cast<std::ptrdiff_t>(j--));
        if (waiting.empty()) continue;
        notified.push_back(waiting.front());
        waiting.pop_front();
      }
      for (const std::size_t each : notified) expected.push_back(numbers[each]);
      changed.release();
      steps.settle();
    }
    REQUIRE(changed.stats().waiters == waiting.size());
    REQUIRE(log == expected);
    if (log.size() > 100) {
      log.clear();
      expected.clear();
    }
  }
  for (const task<>& each : tasks) {
    if (each) each.cancel();
  }
  steps.settle();
  CHECK(!changed.locked());
}
