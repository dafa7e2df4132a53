// SPDX-License-Identifier: BSL-1.0
//
// A loop that a host runs turn by turn, and whose handle the host waits for.
#include <poll.h>

#include <functional>
#include <string>
#include <thread>

#include "rill/loop/event_loop.hpp"
#include "rill/loop/reactor.hpp"
#include "support/catch.hpp"

namespace {

bool shows(const rill::event_loop& loop, int milliseconds) {
  pollfd looked{static_cast<int>(loop.pollable()), POLLIN, 0};
  return ::poll(&looked, 1, milliseconds) == 1;
}

/// Calls `test` with a loop on each reactor that has a handle for hosts.
void on_each(const std::function<void(rill::event_loop&)>& test) {
  for (const rill::reactor_info& info : rill::available_reactors()) {
    if (!info.available) continue;
    rill::event_loop loop({.backend = info.name});
    if (loop.pollable() == rill::invalid_handle) continue;
    INFO(info.name);
    test(loop);
  }
}

}  // namespace

TEST_CASE("what another thread posts between two turns shows on the loop's handle", "[embedded]") {
  on_each([](rill::event_loop& loop) {
    int calls = 0;
    for (int round = 1; round <= 3; ++round) {
      loop.run_once();
      CHECK_FALSE(shows(loop, 0));
      std::thread([&] { loop.call_soon_threadsafe([&] { ++calls; }); }).join();
      CHECK(shows(loop, 5000));
      loop.run_once();
      CHECK(calls == round);
      loop.run_once();
      CHECK_FALSE(shows(loop, 0));
    }
  });
}

TEST_CASE("what is posted before the first turn shows on the loop's handle", "[embedded]") {
  on_each([](rill::event_loop& loop) {
    int calls = 0;
    std::thread([&] { loop.call_soon_threadsafe([&] { ++calls; }); }).join();
    CHECK(shows(loop, 5000));
    loop.run_once();
    CHECK(calls == 1);
    CHECK_FALSE(shows(loop, 0));
  });
}

TEST_CASE("what a callback posts for the next turn shows on the loop's handle", "[embedded]") {
  on_each([](rill::event_loop& loop) {
    int calls = 0;
    loop.call_soon(
        [&] { std::thread([&] { loop.call_soon_threadsafe([&] { ++calls; }); }).join(); });
    loop.run_once();
    while (calls == 0) {
      REQUIRE(shows(loop, 5000));
      loop.run_once();
    }
    loop.run_once();
    CHECK_FALSE(shows(loop, 0));
  });
}
