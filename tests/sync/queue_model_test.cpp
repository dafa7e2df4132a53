// SPDX-License-Identifier: BSL-1.0
//
// Each kind of queue against a sequential model of it: a hundred thousand random puts and gets,
// with and without a wait, cancellations before and behind the hand-over, time limits, shut-downs.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/sync/lifo_queue.hpp"
#include "rill/sync/priority_queue.hpp"
#include "rill/sync/queue.hpp"
#include "rill/sync/threadsafe_queue.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/catch.hpp"

using rill::coro;
using rill::task;

namespace {

constexpr std::size_t room = 3;
constexpr std::size_t slots = 8;

/// What comes out next of those that are in, in the order of coming.
using chooser = std::size_t (*)(const std::deque<int>&);

class model {
 public:
  explicit model(chooser next) : next_(next) {}

  /// Nothing, or the number of the put that waits.
  bool put(std::size_t who, int item) {
    if (!getters_.empty()) {
      got_[getters_.front()] = item;
      getters_.pop_front();
      return true;
    }
    if (items_.size() < room) {
      items_.push_back(item);
      return true;
    }
    putters_.emplace_back(who, item);
    return false;
  }
  bool try_put(int item) {
    if (getters_.empty() && items_.size() >= room) return false;
    return put(0, item);
  }
  std::optional<int> try_get() {
    if (items_.empty()) return std::nullopt;
    const auto at = items_.begin() + static_cast<std::ptrdiff_t>(next_(items_));
    const int item = *at;
    items_.erase(at);
    if (!putters_.empty()) {
      items_.push_back(putters_.front().second);
      putters_.pop_front();
    }
    return item;
  }
  void get(std::size_t who) {
    got_[who] = try_get();
    if (!got_[who]) getters_.push_back(who);
  }
  void cancel_put(std::size_t who) {
    std::erase_if(putters_, [who](const auto& each) { return each.first == who; });
  }
  void cancel_get(std::size_t who) { std::erase(getters_, who); }

  bool put_waits(std::size_t who) const {
    return std::any_of(putters_.begin(), putters_.end(),
                       [who](const auto& each) { return each.first == who; });
  }
  bool get_waits(std::size_t who) const {
    return std::find(getters_.begin(), getters_.end(), who) != getters_.end();
  }
  std::optional<int> got(std::size_t who) const { return got_[who]; }
  std::size_t size() const { return items_.size(); }
  void clear() {
    items_.clear();
    getters_.clear();
    putters_.clear();
  }

 private:
  chooser next_;
  std::deque<int> items_;
  std::deque<std::size_t> getters_;
  std::deque<std::pair<std::size_t, int>> putters_;
  std::optional<int> got_[slots] = {};
};

/// Plays random operations on a queue and on the model.
template <class Queue>
class comparison {
 public:
  comparison(chooser next, std::uint32_t seed) : expected_(next), random_(seed) {}

  void play(int operations) {
    for (int i = 0; i < operations; ++i) {
      INFO("operation " << i);
      step(pick(slots), pick(20));
      if (i % 5 == 0) compare();
      if (i % 1'000 == 999) shut_down();
    }
  }

 private:
  std::size_t pick(std::size_t below) { return static_cast<std::size_t>(random_()) % below; }

  static coro<> puts(Queue& to, int item) { co_await to.put(item); }
  static coro<int> gets(Queue& from) { co_return co_await from.get(); }
  template <class T>
  task<T> eager(coro<T> work) {
    return steps_.in_loop(
        [&] { return rill::create_task(std::move(work), {.eager_start = true}); });
  }

  void step(std::size_t who, std::size_t what) {
    if (what < 6 && (!puts_[who] || puts_[who].done())) {
      expected_.put(who, ++last_item_);
      puts_[who] = eager(puts(*real_, last_item_));
    } else if (what < 12 && (!gets_[who] || gets_[who].done())) {
      expected_.get(who);
      gets_[who] = eager(gets(*real_));
    } else if (what == 12) {
      ++last_item_;
      REQUIRE(real_->try_put(last_item_) == expected_.try_put(last_item_));
    } else if (what == 13) {
      REQUIRE(real_->try_get() == expected_.try_get());
    } else if (what < 17 && puts_[who]) {
      puts_[who].cancel();
      expected_.cancel_put(who);
    } else if (what < 20 && gets_[who]) {
      gets_[who].cancel();
      expected_.cancel_get(who);
    }
  }

  void compare() {
    steps_.settle();
    for (std::size_t who = 0; who < slots; ++who) {
      if (puts_[who]) REQUIRE(puts_[who].done() != expected_.put_waits(who));
      if (!gets_[who]) continue;
      const bool has = gets_[who].done() && !gets_[who].cancelled();
      REQUIRE((has ? std::optional<int>(gets_[who].result()) : std::nullopt) == expected_.got(who));
    }
    REQUIRE(real_->size() == expected_.size());
  }

  /// All that waits is told, what is in comes out, and a new one takes its place.
  void shut_down() {
    compare();
    real_->shutdown();
    steps_.settle();
    for (std::size_t who = 0; who < slots; ++who) {
      check_told(puts_[who], expected_.put_waits(who));
      check_told(gets_[who], expected_.get_waits(who));
    }
    std::size_t left = 0;
    while (left != expected_.size()) {
      REQUIRE(real_->try_get().has_value());
      ++left;
    }
    CHECK_THROWS_AS(real_->try_get(), rill::queue_shut_down);
    real_ = std::make_unique<Queue>(static_cast<std::ptrdiff_t>(room));
    expected_.clear();
    for (task<>& each : puts_) each = task<>();
    for (task<int>& each : gets_) each = task<int>();
  }

  template <class Task>
  static void check_told(const Task& one, bool waited) {
    if (!one) return;
    REQUIRE(one.done());
    if (waited) REQUIRE_THROWS_AS(one.result(), rill::queue_shut_down);
  }

  std::unique_ptr<Queue> real_ = std::make_unique<Queue>(static_cast<std::ptrdiff_t>(room));
  model expected_;
  std::mt19937 random_;
  rill::testing::step_loop steps_;
  task<> puts_[slots];
  task<int> gets_[slots];
  int last_item_ = 0;
};

std::size_t oldest(const std::deque<int>& /*items*/) { return 0; }
std::size_t newest(const std::deque<int>& items) { return items.size() - 1; }
std::size_t least(const std::deque<int>& items) {
  return static_cast<std::size_t>(
      std::min_element(items.begin(), items.end(), [](int a, int b) { return a % 5 < b % 5; }) -
      items.begin());
}
struct by_remainder {
  bool operator()(int a, int b) const { return a % 5 < b % 5; }
};

}  // namespace

TEST_CASE("a queue does what its model does", "[model]") {
  comparison<rill::queue<int>>(&oldest, 1).play(100'000);
}

TEST_CASE("a lifo_queue does what its model does", "[model]") {
  comparison<rill::lifo_queue<int>>(&newest, 2).play(100'000);
}

TEST_CASE("a priority_queue does what its model does", "[model]") {
  comparison<rill::priority_queue<int, by_remainder>>(&least, 3).play(100'000);
}

TEST_CASE("a threadsafe_queue does what its model does", "[model]") {
  comparison<rill::threadsafe_queue<int>>(&oldest, 4).play(100'000);
}
