// SPDX-License-Identifier: BSL-1.0
//
// An event, a barrier and a capacity_limiter against sequential models of them: a hundred thousand
// random operations each, from a fixed seed.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <random>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/exception_context.hpp"
#include "rill/sync/barrier.hpp"
#include "rill/sync/capacity_limiter.hpp"
#include "rill/sync/event.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/catch.hpp"

using rill::coro;
using rill::task;

namespace {

constexpr std::size_t slots = 10;

enum class end : std::uint8_t { waits, done, cancelled, broken };

coro<> waits_for(rill::event& real) { co_await real.wait(); }
coro<> comes_to(rill::barrier& real) { co_await real.wait(); }
coro<> borrows(rill::capacity_limiter& real, const void* key) {
  co_await real.acquire_on_behalf_of(key);
}

/// Tasks that each wait once, begun in the order of the operations.
class players {
 public:
  explicit players(std::uint32_t seed) : random_(seed) {
    // Errors are looked at now and then; the others are no news here.
    steps_.loop().set_exception_handler([](rill::event_loop&, const rill::exception_context&) {});
  }

  std::size_t pick(std::size_t below) { return static_cast<std::size_t>(random_()) % below; }
  rill::testing::step_loop& steps() noexcept { return steps_; }

  bool idle(std::size_t who) const { return !tasks_[who] || tasks_[who].done(); }
  void begin(std::size_t who, coro<> work) {
    tasks_[who] =
        steps_.in_loop([&] { return rill::create_task(std::move(work), {.eager_start = true}); });
  }
  void cancel(std::size_t who) {
    if (tasks_[who]) tasks_[who].cancel();
  }
  end of(std::size_t who) const {
    if (!tasks_[who].done()) return end::waits;
    if (tasks_[who].cancelled()) return end::cancelled;
    return tasks_[who].exception() ? end::broken : end::done;
  }
  bool used(std::size_t who) const { return static_cast<bool>(tasks_[who]); }
  void end_all() {
    for (task<>& each : tasks_) {
      if (each) each.cancel();
    }
    steps_.settle();
  }

 private:
  std::mt19937 random_;
  rill::testing::step_loop steps_;
  task<> tasks_[slots];
};

}  // namespace

TEST_CASE("an event does what its model does", "[model]") {
  players all(4);
  rill::event real;
  bool set = false;
  end expected[slots] = {};
  for (int i = 0; i < 100'000; ++i) {
    const std::size_t who = all.pick(slots);
    const std::size_t what = all.pick(16);
    if (what < 8 && all.idle(who)) {
      all.begin(who, waits_for(real));
      expected[who] = set ? end::done : end::waits;
    } else if (what < 10) {
      all.cancel(who);
      if (expected[who] == end::waits) expected[who] = end::cancelled;
    } else if (what < 12) {
      real.set();
      set = true;
      for (end& each : expected) each = each == end::waits ? end::done : each;
    } else {
      real.clear();
      set = false;
    }
    if (i % 7 != 0) continue;
    all.steps().settle();
    REQUIRE(real.is_set() == set);
    for (std::size_t each = 0; each < slots; ++each) {
      INFO("operation " << i << ", waiter " << each);
      if (all.used(each)) REQUIRE(all.of(each) == expected[each]);
    }
  }
  all.end_all();
  CHECK(real.stats().waiters == 0);
}

namespace {

/// Those inside wait for the last to come; those who are free to go have gone after a settle.
class barrier_model {
 public:
  static constexpr std::size_t parties = 4;

  void come(std::size_t who) {
    if (broken_) {
      ends[who] = end::broken;
    } else if (!leaving_.empty()) {
      outside_.push_back(who);
      ends[who] = end::waits;
    } else {
      arrive(who);
    }
  }
  void cancel(std::size_t who) {
    if (std::erase(inside_, who) + std::erase(outside_, who) != 0) ends[who] = end::cancelled;
  }
  void settle() {
    while (!leaving_.empty()) {
      leaving_.clear();
      admit();
    }
  }
  void reset() {
    broken_ = false;
    fail(inside_);
    fail(leaving_);
    admit();
  }
  void abort() {
    broken_ = true;
    fail(inside_);
    fail(leaving_);
    fail(outside_);
  }

  std::size_t waiting() const { return leaving_.empty() ? inside_.size() : 0; }
  bool broken() const { return broken_; }
  end ends[slots] = {};

 private:
  void arrive(std::size_t who) {
    ends[who] = end::waits;
    inside_.push_back(who);
    if (inside_.size() != parties) return;
    for (const std::size_t each : inside_) ends[each] = end::done;
    inside_.pop_back();  // the last to come goes on at once
    leaving_ = std::exchange(inside_, {});
  }
  void admit() {
    while (!outside_.empty() && leaving_.empty()) {
      const std::size_t first = outside_.front();
      outside_.pop_front();
      arrive(first);
    }
  }
  template <class List>
  void fail(List& list) {
    for (const std::size_t each : list) ends[each] = end::broken;
    list.clear();
  }

  bool broken_ = false;
  std::deque<std::size_t> inside_;
  std::deque<std::size_t> leaving_;
  std::deque<std::size_t> outside_;
};

}  // namespace

TEST_CASE("a barrier does what its model does", "[model]") {
  players all(5);
  rill::barrier real(static_cast<std::ptrdiff_t>(barrier_model::parties));
  barrier_model model;
  const auto settle = [&] {
    all.steps().settle();
    model.settle();
  };
  for (int i = 0; i < 100'000; ++i) {
    const std::size_t who = all.pick(slots);
    const std::size_t what = all.pick(64);
    if (what < 40) {
      settle();
      if (all.idle(who)) {
        model.come(who);
        all.begin(who, comes_to(real));
        model.settle();
      }
    } else if (what < 58) {
      all.cancel(who);
      model.cancel(who);
    } else if (what == 58) {
      real.reset();
      model.reset();
    } else if (what == 59) {
      real.abort();
      model.abort();
    }
    REQUIRE(real.broken() == model.broken());
    if (i % 5 != 0) continue;
    settle();
    REQUIRE(real.waiting() == model.waiting());
    for (std::size_t each = 0; each < slots; ++each) {
      INFO("operation " << i << ", task " << each);
      if (all.used(each)) REQUIRE(all.of(each) == model.ends[each]);
    }
  }
  all.end_all();
  CHECK(real.stats().outside == 0);
}

TEST_CASE("a capacity_limiter does what its model does", "[model]") {
  players all(6);
  rill::capacity_limiter real(3);
  std::size_t total = 3;
  std::vector<std::size_t> holders;
  std::deque<std::size_t> queue;
  int keys[slots] = {};
  const auto lend = [&] {
    while (holders.size() < total && !queue.empty()) {
      holders.push_back(queue.front());
      queue.pop_front();
    }
  };
  const auto has = [](const auto& list, std::size_t who) {
    return std::find(list.begin(), list.end(), who) != list.end();
  };
  for (int i = 0; i < 100'000; ++i) {
    const std::size_t who = all.pick(slots);
    const std::size_t what = all.pick(16);
    if (what < 7 && !has(holders, who) && !has(queue, who) && all.idle(who)) {
      all.begin(who, borrows(real, &keys[who]));
      queue.push_back(who);
      lend();
    } else if (what < 12 && has(holders, who)) {
      real.release_on_behalf_of(&keys[who]);
      std::erase(holders, who);
      lend();
    } else if (what < 14) {
      all.cancel(who);
      if (std::erase(queue, who) != 0) lend();
    } else if (what == 15) {
      total = all.pick(5);
      real.set_total(static_cast<std::ptrdiff_t>(total));
      lend();
    }
    REQUIRE(real.borrowed() == holders.size());
    REQUIRE(real.stats().waiters == queue.size());
    if (i % 9 == 0) all.steps().settle();
  }
  all.end_all();
  for (const std::size_t who : holders) real.release_on_behalf_of(&keys[who]);
  CHECK(real.borrowed() == 0);
}
