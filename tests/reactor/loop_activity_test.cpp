// SPDX-License-Identifier: BSL-1.0
#include "reactor/loop_activity.hpp"

#include <atomic>
#include <cstdint>
#include <thread>

#include "base/futex.hpp"
#include "support/catch.hpp"
#include "support/skip.hpp"

using rill::detail::activity;
using rill::detail::loop_activity;

namespace {

constexpr std::int64_t for_ever = -1;

}  // namespace

TEST_CASE("a wait for a word that has changed already does not begin", "[loop_activity]") {
  const std::atomic<std::uint32_t> word{1};
  rill::detail::futex_wait(word, 0, for_ever);
  SUCCEED("it came back");
}

TEST_CASE("a wait for a word ends when its time is over", "[loop_activity]") {
  const std::atomic<std::uint32_t> word{1};
  rill::detail::futex_wait(word, 1, 1);
  SUCCEED("it came back");
}

TEST_CASE("who is woken before it sleeps does not sleep", "[loop_activity]") {
  loop_activity loop;
  CHECK(loop.wake() == activity::awake);
  CHECK(loop.wake() == activity::woken);
  CHECK_FALSE(loop.fall_asleep());
  loop.nap(for_ever);
  CHECK(loop.fall_asleep());
  CHECK(loop.wake() == activity::asleep);
}

TEST_CASE("a nap without a call ends when its time is over", "[loop_activity]") {
  loop_activity loop;
  loop.nap(1);
  CHECK(loop.wake() == activity::awake);
}

TEST_CASE("a nap is ended by another thread, each time", "[loop_activity]") {
  if (!loop_activity::can_nap()) {
    rill_test::skip("there are no naps on this system");
    return;
  }
  loop_activity loop;
  std::atomic<int> asked{0};
  std::atomic<int> done{0};
  constexpr int rounds = 2000;
  std::thread other([&] {
    for (int i = 1; i <= rounds; ++i) {
      while (asked.load() < i) std::this_thread::yield();
      done.store(i);
      loop.wake();
    }
  });
  for (int i = 1; i <= rounds; ++i) {
    asked.store(i);
    while (done.load() < i) loop.nap(for_ever);
  }
  other.join();
  SUCCEED("no call was lost");
}
