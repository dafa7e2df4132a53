// SPDX-License-Identifier: BSL-1.0
#include "rill/core/yield.hpp"

#include <string>

#include "rill/core/create_task.hpp"
#include "rill/loop/event_loop.hpp"
#include "support/coroutine_case.hpp"

using rill::coro;

namespace {

coro<> take_turns(std::string& log, char letter) {
  for (int i = 0; i < 3; ++i) {
    log += letter;
    co_await rill::yield();
  }
}

}  // namespace

RILL_TEST_CASE("tasks that yield take turns in order", "[yield]") {
  std::string log;
  const rill::task<> a = rill::create_task(take_turns(log, 'a'));
  const rill::task<> b = rill::create_task(take_turns(log, 'b'));
  const rill::task<> c = rill::create_task(take_turns(log, 'c'));
  co_await a;
  co_await b;
  co_await c;
  CHECK(log == "abcabcabc");
}

RILL_TEST_CASE("a yield lets what was queued before run first", "[yield]") {
  std::string log;
  rill::event_loop& loop = rill::event_loop::running();
  loop.call_soon([&] { log += "1"; });
  loop.call_soon([&] {
    log += "2";
    loop.call_soon([&] { log += "4"; });
  });
  co_await rill::yield();
  log += "3";
  co_await rill::yield();
  CHECK(log == "1234");
}

RILL_TEST_CASE("a cancellation strikes a queued yield", "[yield]") {
  bool came_back = false;
  const rill::task<> task = rill::create_task(
      [](bool& back) -> coro<> {
        co_await rill::yield();
        back = true;
      },
      std::ref(came_back));
  co_await rill::yield();
  CHECK(task.cancel());
  co_await rill::yield();
  CHECK(task.cancelled());
  CHECK(!came_back);
}
