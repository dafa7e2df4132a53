// SPDX-License-Identifier: BSL-1.0
//
// Frames that are destroyed by the end of their loop, whatever their destructors do.
#include <functional>
#include <utility>

#include "rill/core/cancel_scope.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/future.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using rill::cancel_scope;
using rill::coro;

TEST_CASE("scopes whose coroutines outlive them in the frame go with their loop",
          "[closed_frames]") {
  const auto inner = []() -> coro<> {
    const cancel_scope scope;
    co_await rill::sleep(1h);
  };
  const auto outer = [](coro<> body) -> coro<> {
    const cancel_scope scope;
    co_await std::move(body);
  };
  rill::testing::step_loop steps;
  const rill::task<> one = steps.loop().create_task(outer(inner()));
  steps.settle();
  steps.loop().close();
  CHECK(one.cancelled());
}

TEST_CASE("a frame that goes with its loop may wake its own task, and make others",
          "[closed_frames]") {
  struct sets_on_exit {
    rill::future<> future;
    bool* ran;
    ~sets_on_exit() {
      future.set_result();
      const auto other = [](bool& flag) -> coro<> {
        flag = true;
        co_return;
      };
      rill::create_task(rill::task_options{.eager_start = true}, other, std::ref(*ran)).detach();
    }
  };
  rill::testing::step_loop steps;
  bool ran = false;
  const auto inner = [](rill::future<> awaited) -> coro<> {
    const cancel_scope keep(cancel_scope::shielding::shielded);
    co_await awaited;
  };
  const auto outer = [&ran](rill::future<> future, coro<> body) -> coro<> {
    const sets_on_exit last{future, &ran};
    co_await std::move(body);
  };
  const rill::future<> future = steps.loop().create_future<>();
  const rill::task<> one = steps.loop().create_task(outer(future, inner(future)));
  steps.settle();
  steps.loop().close();
  CHECK(one.cancelled());
  CHECK(!ran);
}
