// SPDX-License-Identifier: BSL-1.0
//
// A lock, a semaphore and a shared_lock against a sequential model of them: a hundred thousand
// random operations each, from a fixed seed: takes, with and without a limit, releases,
// cancellations before and behind the grant, and time that passes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "rill/combinators/wait_for.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/future.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/sync/lock.hpp"
#include "rill/sync/semaphore.hpp"
#include "rill/sync/shared_lock.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::future;
using rill::task;

namespace {

constexpr std::size_t slots = 12;
constexpr int never = 1 << 30;

enum class stage : std::uint8_t { idle, waiting, holding };

/// Who waits, who holds, in the order of coming. A permit may be exclusive, as that of a writer.
class model {
 public:
  model(std::size_t permits, bool overtakes)
      : free_(permits), all_(permits), overtakes_(overtakes) {}

  stage of(std::size_t who) const { return stages_[who]; }
  std::size_t waiting() const { return queue_.size(); }

  void take(std::size_t who, bool alone, int deadline) {
    alone_[who] = alone;
    deadlines_[who] = deadline;
    doomed_[who] = false;
    const bool passes = queue_.empty() && (overtakes_ || granted_.empty()) && fits(who);
    if (passes) {
      hold(who);
      stages_[who] = stage::holding;
    } else {
      queue_.push_back(who);
      stages_[who] = stage::waiting;
    }
  }
  void release(std::size_t who) {
    free_ += cost(who);
    stages_[who] = stage::idle;
    hand_out();
  }
  /// Before the grant it leaves, behind it it will give the permit back when it runs.
  void cancel(std::size_t who) {
    const auto at = std::find(queue_.begin(), queue_.end(), who);
    if (at == queue_.end()) {
      doomed_[who] = true;
      return;
    }
    queue_.erase(at);
    stages_[who] = stage::idle;
    if (overtakes_ || granted_.empty()) hand_out();
  }
  /// All that were granted go on, in their order.
  void settle() {
    while (!granted_.empty()) {
      const std::size_t who = granted_.front();
      granted_.pop_front();
      stages_[who] = stage::holding;
      if (!overtakes_) hand_out();
      if (doomed_[who]) release(who);
    }
  }
  void expire(int now) {
    std::vector<std::size_t> late;
    for (const std::size_t who : queue_) {
      if (deadlines_[who] <= now) late.push_back(who);
    }
    for (const std::size_t who : late) {
      // One whom the leaving of another has let pass has what it waited for, in time.
      if (std::find(queue_.begin(), queue_.end(), who) != queue_.end()) cancel(who);
    }
  }

 private:
  std::size_t cost(std::size_t who) const { return alone_[who] ? all_ : 1; }
  bool fits(std::size_t who) const { return free_ >= cost(who); }
  void hold(std::size_t who) { free_ -= cost(who); }
  void hand_out() {
    while (!queue_.empty() && fits(queue_.front())) {
      hold(queue_.front());
      granted_.push_back(queue_.front());
      queue_.pop_front();
    }
  }

  std::size_t free_;
  std::size_t all_;
  bool overtakes_;
  std::deque<std::size_t> queue_;
  std::deque<std::size_t> granted_;
  stage stages_[slots] = {};
  bool alone_[slots] = {};
  bool doomed_[slots] = {};
  int deadlines_[slots] = {};
};

/// What a slot really does.
struct worker {
  task<> running;
  future<> done;
  stage now = stage::idle;
};

template <class Awaitable>
coro<> work(Awaitable acquire, worker& own, future<> done,
            std::optional<std::chrono::seconds> limit) {
  own.now = stage::waiting;
  try {
    if (limit) {
      auto guard = co_await rill::wait_for(std::move(acquire), *limit);
      own.now = stage::holding;
      co_await done;
    } else {
      auto guard = co_await std::move(acquire);
      own.now = stage::holding;
      co_await done;
    }
  } catch (const rill::timeout_error&) {
    own.now = stage::idle;
  } catch (const rill::cancelled_error&) {
    own.now = stage::idle;
    throw;
  }
  own.now = stage::idle;
}

/// `scoped()` as a coroutine, so that it can be kept.
template <class Primitive>
coro<rill::held<Primitive>> scoped(Primitive& from) {
  co_return co_await from.scoped();
}
coro<rill::held<rill::shared_lock::shared_side>> scoped_shared(rill::shared_lock& from) {
  co_return co_await from.scoped_shared();
}

/// Plays random operations on both.
template <class Primitive>
class comparison {
 public:
  comparison(Primitive& real, model expected, std::uint32_t seed)
      : real_(real), expected_(std::move(expected)), random_(seed) {}

  void play(int operations) {
    for (int i = 0; i < operations; ++i) {
      step(pick(slots), pick(16));
      if (i % 7 != 0) continue;
      settle();
      INFO("operation " << i);
      compare();
    }
    for (worker& each : workers_) {
      if (each.running) each.running.cancel();
    }
    steps_.settle();
  }

 private:
  std::size_t pick(std::size_t below) { return static_cast<std::size_t>(random_()) % below; }
  void settle() {
    steps_.settle();
    expected_.settle();
  }
  void compare() {
    for (std::size_t each = 0; each < slots; ++each) {
      INFO("worker " << each);
      REQUIRE(workers_[each].now == expected_.of(each));
    }
    REQUIRE(real_.stats().waiters == expected_.waiting());
  }

  void step(std::size_t who, std::size_t what) {
    if (what < 9 && workers_[who].now != stage::waiting) settle();
    if (what < 9 && workers_[who].now == stage::idle) {
      take(who);
    } else if (what < 9 && workers_[who].now == stage::holding) {
      workers_[who].done.set_result();
      steps_.turn();  // it releases; whom that lets pass has not gone on yet, and may be cancelled
      expected_.release(who);
      if (what < 4) settle();
    } else if (what < 12 && workers_[who].now == stage::waiting) {
      workers_[who].running.cancel();
      expected_.cancel(who);
    } else if (what == 15) {
      settle();
      steps_.advance(1s);
      expected_.expire(++now_);
      expected_.settle();
    }
  }

  void take(std::size_t who) {
    const bool alone = std::is_same_v<Primitive, rill::shared_lock> && pick(3) == 0;
    const int seconds = pick(3) == 0 ? static_cast<int>(pick(4)) + 1 : 0;
    std::optional<std::chrono::seconds> limit;
    if (seconds != 0) limit = std::chrono::seconds(seconds);
    expected_.take(who, alone, seconds != 0 ? now_ + seconds : never);
    if constexpr (std::is_same_v<Primitive, rill::shared_lock>) {
      if (alone) {
        begin(who, scoped(real_), limit);
      } else {
        begin(who, scoped_shared(real_), limit);
      }
    } else {
      begin(who, scoped(real_), limit);
    }
    expected_.settle();
  }

  // The first step at once: so the order of coming is that of the operations.
  template <class Acquire>
  void begin(std::size_t who, Acquire acquire, std::optional<std::chrono::seconds> limit) {
    worker& own = workers_[who];
    own.done = steps_.loop().create_future<>();
    own.running = steps_.in_loop([&] {
      return rill::create_task(work(std::move(acquire), own, own.done, limit),
                               {.eager_start = true});
    });
  }

  Primitive& real_;
  model expected_;
  std::mt19937 random_;
  rill::testing::step_loop steps_;
  worker workers_[slots];
  int now_ = 0;
};

}  // namespace

TEST_CASE("a lock does what its model does", "[model]") {
  rill::lock real;
  comparison(real, model(1, true), 1).play(100'000);
  CHECK(!real.locked());
}

TEST_CASE("a semaphore does what its model does", "[model]") {
  rill::semaphore real(3);
  comparison(real, model(3, false), 2).play(100'000);
  CHECK(real.value() == 3);
}

TEST_CASE("a shared_lock does what its model does", "[model]") {
  rill::shared_lock real;
  comparison(real, model(slots, true), 3).play(100'000);
  CHECK(!real.locked());
  CHECK(real.readers() == 0);
}
