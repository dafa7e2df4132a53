// SPDX-License-Identifier: BSL-1.0
#include "rill/core/context.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/looks_at_end.hpp"
#include "rill/combinators/run_coroutine_threadsafe.hpp"
#include "rill/core/context_var.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/future.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/external_work.hpp"
#include "rill/loop/runner.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

using namespace std::chrono_literals;
using Catch::Contains;
using rill::context;
using rill::context_var;
using rill::coro;
using rill::create_task;
using rill::event_loop;
using rill::task;
using rill_test::let_run;
using rill_test::looks_at_end;

namespace {

const context_var<int> number("number", -1);

coro<int> read() { co_return number.get(); }
void add_one() { number.set(number.get() + 1); }

}  // namespace

TEST_CASE("what runs in a context sees its values, and leaves its own there", "[context]") {
  const context here;
  CHECK(here.size() == 0);
  CHECK(here.find(number) == nullptr);
  const int seen = here.run(
      [](int value) {
        number.set(value);
        return number.get();
      },
      4);
  CHECK(seen == 4);
  CHECK(number.get() == -1);
  CHECK(*here.find(number) == 4);
  rill::run_in_context(here, add_one);
  CHECK(*here.find(number) == 5);
  const context same = here;
  const context copy = here.copy();
  CHECK(same == here);
  CHECK_FALSE(copy == here);
  same.run(add_one);
  CHECK(*here.find(number) == 6);
  CHECK(*copy.find(number) == 5);
}

TEST_CASE("copy_context inside a context is a copy of that", "[context]") {
  const context here;
  const context copy = here.run([] {
    number.set(1);
    return rill::copy_context();
  });
  copy.run(add_one);
  CHECK(*here.find(number) == 1);
  CHECK(*copy.find(number) == 2);
}

TEST_CASE("a context is entered once at a time", "[context]") {
  const context here;
  const context other;
  const auto again = [&] { here.run([] {}); };
  CHECK_THROWS_WITH(here.run(again), Contains("entered already"));
  CHECK_THROWS_AS(here.run([&] { other.run(again); }), rill::usage_error);
  bool refused = false;
  const auto from_thread = [&] {
    std::thread([&] {
      try {
        here.run([] {});
      } catch (const rill::usage_error&) {
        refused = true;
      }
    }).join();
  };
  here.run(from_thread);
  CHECK(refused);
  // It can be entered again afterwards, also when what ran has thrown.
  CHECK_THROWS_AS(here.run([] { throw std::runtime_error("inside"); }), std::runtime_error);
  here.run(add_one);
}

RILL_TEST_CASE("a callback runs in a copy of the context in which it was scheduled", "[context]") {
  event_loop& loop = event_loop::running();
  std::vector<int> seen;
  const auto look = [&seen] {
    seen.push_back(number.get());
    number.set(100);
  };
  number.set(1);
  loop.call_soon(look);
  number.set(2);
  loop.call_later(1s, look);
  number.set(3);
  loop.call_at(loop.time() + 2s, look);
  number.set(4);
  loop.call_soon_threadsafe(look);
  number.set(5);
  const rill::future<int> future = loop.create_future<int>();
  future.add_done_callback(look);
  number.set(6);
  future.set_result(1);
  future.add_done_callback(look);
  co_await rill::sleep(3s);
  CHECK(seen == std::vector<int>{1, 5, 6, 4, 2, 3});
  CHECK(number.get() == 6);
}

RILL_TEST_CASE("with an explicit context the changes of callbacks stay there", "[context]") {
  event_loop& loop = event_loop::running();
  const context remembered;
  std::vector<int> seen;
  const auto remember = [&seen](int limit) {
    const int before = number.get();
    seen.push_back(before);
    if (before < limit) number.set(before + 1);
  };
  for (int i = 0; i < 8; ++i) loop.call_soon(remembered.bind(remember), 3);
  co_await let_run();
  CHECK(seen == std::vector<int>{-1, 0, 1, 2, 3, 3, 3, 3});
  CHECK(*remembered.find(number) == 3);
  CHECK(number.get() == -1);
}

RILL_TEST_CASE("a task may be given a context, and share it", "[context]") {
  const context shared;
  const auto counts = [](int times) -> coro<int> {
    for (int i = 0; i < times; ++i) {
      add_one();
      co_await rill::yield();
    }
    co_return number.get();
  };
  const task<int> one = create_task(counts(3), {.context = &shared});
  const task<int> other = create_task(counts(3), {.context = &shared});
  const int first = co_await one;
  const int second = co_await other;
  CHECK(first == 5);
  CHECK(second == 5);
  CHECK(*shared.find(number) == 5);
  CHECK(number.get() == -1);
}

RILL_TEST_CASE("a task is inside the context that it was given", "[context]") {
  const context mine;
  const auto enters = [](const context& again) -> coro<> {
    again.run([] {});
    co_return;
  };
  const task<> nested = create_task(enters(mine), {.context = &mine});
  const auto starts = [](const context& again) -> coro<> {
    const task<int> child = create_task(read(), {.eager_start = true, .context = &again});
    co_await child;
  };
  const task<> eager = create_task(starts(mine), {.context = &mine});
  co_await let_run();
  CHECK_THROWS_AS(nested.result(), rill::usage_error);
  CHECK_THROWS_WITH(eager.result(), Contains("entered already"));
  const task<int> behind = create_task(read(), {.eager_start = true, .context = &mine});
  CHECK(behind.done());
}

RILL_TEST_CASE("the exception handler runs in the context of what has failed", "[context]") {
  event_loop& loop = event_loop::running();
  std::vector<int> seen;
  loop.set_exception_handler(
      [&seen](event_loop&, const rill::exception_context&) { seen.push_back(number.get()); });
  const auto fails = [](int value) -> coro<> {
    number.set(value);
    throw std::runtime_error("failed");
    co_return;
  };
  create_task(fails(1)).detach();
  loop.call_soon([] {
    number.set(2);
    throw std::runtime_error("failed");
  });
  co_await let_run();
  task<> kept = create_task(fails(3));
  co_await let_run();
  const auto drops = [](task<> /*dropped*/) { number.set(4); };
  drops(std::move(kept));
  CHECK(seen == std::vector<int>{1, 2, 3});
  loop.set_exception_handler({});
}

RILL_TEST_CASE("a coroutine that another thread hands over runs in a copy of that thread's context",
               "[context]") {
  event_loop& loop = event_loop::running();
  const rill::external_work_guard awaited;
  std::atomic<int> seen = 0;
  std::thread other([&] {
    number.set(7);
    seen = rill::run_coroutine_threadsafe(read(), loop).result();
  });
  while (seen == 0) co_await rill::yield();
  other.join();
  CHECK(seen == 7);
  CHECK(number.get() == -1);
}

namespace {

const context_var<looks_at_end> last_look("last_look");

}  // namespace

RILL_TEST_CASE("values may look at variables when they go", "[context]") {
  event_loop& loop = event_loop::running();
  std::vector<int> seen;
  const auto sets = [&seen] {
    number.set(7);
    last_look.set(looks_at_end(seen, number));
  };
  loop.call_soon(sets);
  const rill::future<> future = loop.create_future<>();
  future.add_done_callback(sets);
  future.set_result();
  co_await let_run();
  CHECK(seen.size() == 2);
}

RILL_TEST_CASE("arguments of a task go in its context, also of one that never begins",
               "[context]") {
  std::vector<int> seen;
  const auto keeps = [](looks_at_end /*kept*/, int value) -> coro<> {
    number.set(value);
    co_return;
  };
  const auto stranger = []() -> coro<> {
    number.set(50);
    co_return;
  };
  number.set(1);
  const task<> one = create_task(keeps(looks_at_end(seen, number), 2));
  const task<> other = create_task(stranger());
  const task<> never = create_task(keeps(looks_at_end(seen, number), 3));
  never.cancel();
  co_await let_run();
  CHECK(seen == std::vector<int>{2, 1});
  CHECK(one.done());
  CHECK(other.done());
}

TEST_CASE("a context handle may go while code runs inside", "[context]") {
  auto here = std::make_unique<context>();
  const int seen = here->run([&here] {
    here.reset();
    number.set(3);
    return number.get();
  });
  CHECK(seen == 3);
}

TEST_CASE("a token of a context that has gone is refused by others", "[context]") {
  auto first = std::make_unique<context>();
  std::optional<context_var<int>::token> token;
  first->run([&token] { token.emplace(number.set(1)); });
  const context kept = first->copy();
  first.reset();
  const context other = kept.copy();  // may be where the first was
  other.run([&token] { CHECK_THROWS_AS(number.reset(*token), rill::usage_error); });
}

RILL_TEST_CASE("a context is not entered through an eager child, nor by a run inside",
               "[context]") {
  const context mine;
  bool refused = false;
  const auto enters = [](const context& again, bool& flag) -> coro<> {
    try {
      again.run([] {});
    } catch (const rill::usage_error&) {
      flag = true;
    }
    co_return;
  };
  const auto starts = [&enters](const context& again, bool& flag) -> coro<> {
    const task<> child = create_task(enters(again, flag), {.eager_start = true});
    co_await child;
  };
  const task<> outer = create_task(starts(mine, refused), {.context = &mine});
  co_await outer;
  CHECK(refused);
}

TEST_CASE("a run in a context that is entered is refused", "[context]") {
  const context mine;
  mine.run([&mine] {
    rill::runner here;
    CHECK_THROWS_WITH(here.run(read(), mine), Contains("entered already"));
  });
}
