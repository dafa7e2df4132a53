// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/loop/callback_handle.hpp"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "rill/loop/event_loop.hpp"
#include "rill/testing/idle_reactor.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/catch.hpp"
#include "support/witness.hpp"

using namespace std::chrono_literals;
using rill::testing::step_loop;
using rill_test::witness;

TEST_CASE("a cancelled callback never runs and is destroyed at once", "[callback_handle]") {
  step_loop steps;
  int alive = 0;
  bool ran = false;
  const rill::callback_handle handle =
      steps.loop().call_soon([held = witness(alive), &ran] { ran = held.holds(); });
  CHECK(static_cast<bool>(handle));
  CHECK(!static_cast<bool>(rill::callback_handle()));
  CHECK(alive == 1);
  handle.cancel();
  CHECK(handle.cancelled());
  CHECK(alive == 0);
  handle.cancel();
  steps.settle();
  CHECK(!ran);
}

TEST_CASE("a handle of no callback has nothing to take back", "[callback_handle]") {
  const rill::callback_handle soon;
  const rill::timer_handle later;
  const rill::threadsafe_handle elsewhere;
  soon.cancel();
  later.cancel();
  CHECK(!elsewhere.cancel());
  CHECK(!soon.cancelled());
  CHECK(!later.cancelled());
  CHECK(!elsewhere.cancelled());
}

TEST_CASE("dropping a handle leaves the callback as it is", "[callback_handle]") {
  step_loop steps;
  int ran = 0;
  {
    const rill::callback_handle handle = steps.loop().call_soon([&] { ++ran; });
  }
  {
    const rill::timer_handle handle = steps.loop().call_later(1s, [&] { ++ran; });
  }
  steps.advance(1s);
  CHECK(ran == 2);
}

TEST_CASE("cancelling after the run has no effect", "[callback_handle]") {
  step_loop steps;
  int alive = 0;
  const rill::callback_handle soon = steps.loop().call_soon([held = witness(alive)] {});
  const rill::timer_handle later = steps.loop().call_later(1s, [held = witness(alive)] {});
  steps.advance(1s);
  CHECK(alive == 0);
  soon.cancel();
  later.cancel();
  CHECK(!soon.cancelled());
  CHECK(!later.cancelled());
}

TEST_CASE("a callback may cancel itself and others of its batch", "[callback_handle]") {
  step_loop steps;
  std::vector<int> log;
  rill::callback_handle first;
  rill::callback_handle second;
  first = steps.loop().call_soon([&] {
    log.push_back(1);
    first.cancel();
    second.cancel();
  });
  second = steps.loop().call_soon([&] { log.push_back(2); });
  steps.settle();
  CHECK(log == std::vector<int>{1});
  CHECK(!first.cancelled());
  CHECK(second.cancelled());
}

TEST_CASE("a cancelled timer frees its callback at once", "[callback_handle]") {
  step_loop steps;
  int alive = 0;
  const rill::timer_handle handle = steps.loop().call_later(5s, [held = witness(alive)] {});
  CHECK(handle.when() == rill::time_point(5s));
  CHECK(alive == 1);
  handle.cancel();
  CHECK(alive == 0);
  CHECK(handle.cancelled());
  CHECK(steps.loop().time_until_next().count() < 0);
}

TEST_CASE("a timer that is due and queued can still be cancelled", "[callback_handle]") {
  step_loop steps;
  bool ran = false;
  rill::timer_handle second;
  steps.loop().call_later(1s, [&] { second.cancel(); });
  second = steps.loop().call_later(1s, [&] { ran = true; });
  steps.advance(1s);
  CHECK(!ran);
  CHECK(second.cancelled());
}

TEST_CASE("handles outlive their loop", "[callback_handle]") {
  int alive = 0;
  rill::callback_handle soon;
  rill::timer_handle later;
  rill::threadsafe_handle posted;
  {
    step_loop steps;
    soon = steps.loop().call_soon([held = witness(alive)] {});
    later = steps.loop().call_later(1s, [held = witness(alive)] {});
    posted = steps.loop().call_soon_threadsafe([held = witness(alive)] {});
    CHECK(alive == 3);
  }
  CHECK(alive == 0);
  soon.cancel();
  later.cancel();
  CHECK(!posted.cancel());
}

namespace {

rill::loop_options real_time() {
  rill::loop_options options;
  options.custom_reactor = std::make_unique<rill::testing::idle_reactor>();
  return options;
}

}  // namespace

TEST_CASE("posted and cancelled in another thread, a callback never runs", "[callback_handle]") {
  rill::event_loop loop(real_time());
  int alive = 0;
  bool ran = false;
  bool told = false;
  std::jthread([&] {
    const rill::threadsafe_handle handle =
        loop.call_soon_threadsafe([held = witness(alive), &ran] { ran = true; });
    told = handle.cancel();
    CHECK(handle.cancelled());
    CHECK(!handle.cancel());
  }).join();
  CHECK(told);
  loop.run_once();
  CHECK(!ran);
  CHECK(alive == 0);
}

TEST_CASE("cancelling a callback that runs waits until it has ended [101]", "[callback_handle]") {
  rill::event_loop loop(real_time());
  std::atomic<bool> started = false;
  std::atomic<bool> ended = false;
  bool told = true;
  bool had_ended = false;
  std::jthread canceller([&] {
    const rill::threadsafe_handle handle = loop.call_soon_threadsafe([&] {
      started = true;
      std::this_thread::sleep_for(20ms);
      ended = true;
      loop.stop();
    });
    while (!started) std::this_thread::yield();
    told = handle.cancel();
    had_ended = ended;
  });
  loop.run_forever();
  canceller.join();
  CHECK(!told);
  CHECK(had_ended);
}

TEST_CASE("a callback that cancels itself does not wait for itself", "[callback_handle]") {
  rill::event_loop loop(real_time());
  bool told = true;
  rill::threadsafe_handle handle;
  handle = loop.call_soon_threadsafe([&] { told = handle.cancel(); });
  loop.run_once();
  CHECK(!told);
}

TEST_CASE("callbacks of many threads all run, each thread's in order", "[callback_handle]") {
  constexpr int threads = 4;
  constexpr int each = 2'000;
  rill::event_loop loop(real_time());
  std::vector<int> next(threads, 0);
  int total = 0;
  bool in_order = true;
  std::vector<std::jthread> posters;
  for (int id = 0; id < threads; ++id) {
    posters.emplace_back([&, id] {
      for (int i = 0; i < each; ++i) {
        loop.call_soon_threadsafe([&, id, i] {
          in_order = in_order && next[static_cast<std::size_t>(id)]++ == i;
          if (++total == threads * each) loop.stop();
        });
      }
    });
  }
  loop.run_forever();
  posters.clear();
  CHECK(total == threads * each);
  CHECK(in_order);
}
