// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/core/context_var.hpp"

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "rill/combinators/gather.hpp"
#include "rill/combinators/task_group.hpp"
#include "rill/core/async_generator.hpp"
#include "rill/core/context.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/runner.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

using namespace std::chrono_literals;
using Catch::Contains;
using rill::context_var;
using rill::coro;
using rill::create_task;
using rill::task;
using rill_test::let_run;

namespace {

const context_var<int> number("number", -1);
const context_var<std::string> word("word");

coro<int> read() { co_return number.get(); }
coro<int> set_and_read(int value) {
  number.set(value);
  co_await rill::yield();
  co_return number.get();
}

}  // namespace

RILL_TEST_CASE("a variable gives its value, its default, or an error", "[context_var]") {
  CHECK(number.get() == -1);
  CHECK(number.get(5) == 5);
  CHECK(*number.find() == -1);
  CHECK(word.find() == nullptr);
  CHECK(word.get("other") == "other");
  CHECK_THROWS_AS(word.get(), rill::lookup_error);
  CHECK_THROWS_WITH(word.get(), Contains("'word'"));
  number.set(3);
  word.set("set");
  CHECK(number.get() == 3);
  CHECK(number.get(5) == 3);
  CHECK(word.get() == "set");
  CHECK(word.name() == "word");
  co_return;
}

RILL_TEST_CASE("a token takes one set() back, once", "[context_var]") {
  auto first = number.set(1);
  auto second = number.set(2);
  CHECK(first.old_value() == nullptr);
  CHECK(*second.old_value() == 1);
  number.reset(second);
  CHECK(number.get() == 1);
  CHECK_THROWS_WITH(number.reset(second), Contains("used before"));
  number.reset(first);
  CHECK(number.get() == -1);
  auto third = number.set(3);
  const context_var<int> other("other");
  CHECK_THROWS_WITH(other.reset(third), Contains("another context variable"));
  auto moved = std::move(third);
  CHECK_THROWS_AS(number.reset(third), rill::usage_error);
  number.reset(std::move(moved));
  CHECK(number.get() == -1);
  co_return;
}

RILL_TEST_CASE("a token of another context is refused", "[context_var]") {
  auto mine = number.set(1);
  const auto resets = [](context_var<int>::token& token) -> coro<> {
    number.reset(token);
    co_return;
  };
  const task<> copied = create_task(resets(mine));
  const auto sets_and_resets = [](context_var<int>::token& token) -> coro<> {
    number.set(7);
    number.reset(token);
    co_return;
  };
  const task<> changed = create_task(sets_and_resets(mine));
  co_await let_run();
  CHECK_THROWS_WITH(copied.result(), Contains("another context"));
  CHECK_THROWS_WITH(changed.result(), Contains("another context"));
  number.reset(mine);
  CHECK(number.get() == -1);
}

RILL_TEST_CASE("a guard takes the value back when it goes", "[context_var]") {
  {
    const auto one = number.scoped(1);
    CHECK(number.get() == 1);
    const auto two = number.scoped(2);
    const int seen = co_await read();
    CHECK(seen == 2);
  }
  CHECK(number.get() == -1);
  auto here = std::make_unique<context_var<int>::guard>(number.scoped(3));
  const auto drops = [](std::unique_ptr<context_var<int>::guard> guard) -> coro<> {
    guard.reset();
    co_return;
  };
  co_await create_task(drops(std::move(here)));
  CHECK(number.get() == 3);
}

RILL_TEST_CASE("each task has a copy of its maker's context", "[context_var]") {
  number.set(1);
  const task<int> child = create_task(read());
  number.set(2);
  const task<int> other = create_task(set_and_read(3));
  const int seen = co_await child;
  const int changed = co_await other;
  CHECK(seen == 1);
  CHECK(changed == 3);
  CHECK(number.get() == 2);
}

RILL_TEST_CASE("coroutines that are awaited share the context of who awaits them",
               "[context_var]") {
  const int set = co_await set_and_read(4);
  CHECK(set == 4);
  CHECK(number.get() == 4);
}

RILL_TEST_CASE("tasks keep their values over their suspensions", "[context_var]") {
  std::vector<task<int>> tasks;
  for (int i = 0; i < 10; ++i) tasks.push_back(create_task(set_and_read(i)));
  for (int i = 0; i < 10; ++i) {
    const int seen = co_await tasks[static_cast<std::size_t>(i)];
    CHECK(seen == i);
  }
  CHECK(number.get() == -1);
}

RILL_TEST_CASE("what an eager child sets is never its maker's, and stays the child's [47]",
               "[context_var]") {
  const auto child = []() -> coro<std::pair<int, int>> {
    number.set(2);
    const int before = number.get();
    co_await rill::yield();
    const int kept = number.get();
    number.set(3);
    co_await rill::yield();
    co_return std::pair<int, int>(before, 10 * kept + number.get());
  };
  number.set(1);
  const task<std::pair<int, int>> running = create_task(child(), {.eager_start = true});
  CHECK(number.get() == 1);
  const std::pair<int, int> seen = co_await running;
  CHECK(seen.first == 2);
  CHECK(seen.second == 23);
  CHECK(number.get() == 1);
}

RILL_TEST_CASE("an eager child in the context of a callback, and of run()", "[context_var]") {
  rill::event_loop& loop = rill::event_loop::running();
  const auto child = []() -> coro<int> {
    number.set(number.get() + 1);
    co_await rill::yield();
    co_return number.get();
  };
  int after = 0;
  std::optional<task<int>> made;
  number.set(1);
  const rill::callback_handle handle = loop.call_soon([&] {
    number.set(5);
    made = create_task(child(), {.eager_start = true});
    after = number.get();
  });
  co_await let_run();
  CHECK(after == 5);
  CHECK(made->result() == 6);
  CHECK(number.get() == 1);
  CHECK_FALSE(handle.cancelled());
}

RILL_TEST_CASE("children of combinators have copies too", "[context_var]") {
  number.set(1);
  const auto [one, two] = co_await rill::gather(set_and_read(5), read());
  CHECK(one == 5);
  CHECK(two == 1);
  const auto body = [](rill::task_group& group) -> coro<int> {
    const task<int> member = group.create_task(set_and_read(6));
    const int own = number.get();
    const int set = co_await member;
    co_return 10 * own + set;
  };
  const int seen = co_await rill::with_task_group(body);
  CHECK(seen == 16);
  CHECK(number.get() == 1);
}

RILL_TEST_CASE("a generator runs in the context of each step", "[context_var]") {
  const auto body = []() -> rill::async_generator<int> {
    while (true) co_yield number.get();
  };
  rill::async_generator<int> seen = body();
  number.set(1);
  const auto first = co_await seen.next();
  number.set(2);
  const auto second = co_await seen.next();
  CHECK(first == 1);
  CHECK(second == 2);
  co_await seen.aclose();
}

RILL_TEST_CASE("many variables, set and taken back in any order", "[context_var]") {
  std::vector<std::unique_ptr<context_var<int>>> all;
  for (int i = 0; i < 50; ++i) {
    all.push_back(std::make_unique<context_var<int>>("each"));
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[(i * 7) % all.size()]->set(static_cast<int>(i));
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(all[(i * 7) % all.size()]->get() == static_cast<int>(i));
  }
  const rill::context copy = rill::copy_context();
  CHECK(copy.size() == 50);
  auto token = all[25]->set(100);
  CHECK(*copy.find(*all[25]) != 100);
  all[25]->reset(token);
  CHECK(all[25]->get() == *copy.find(*all[25]));
  const context_var<int> late("late");
  auto last = late.set(1);
  CHECK(rill::copy_context().size() == 51);
  late.reset(last);
  CHECK(rill::copy_context().size() == 50);
  CHECK(late.find() == nullptr);
  co_return;
}

RILL_TEST_CASE("values that can only be moved, and that go with the last context",
               "[context_var]") {
  const auto owned = std::make_shared<int>(7);
  const context_var<std::shared_ptr<int>> shared("shared");
  const context_var<std::unique_ptr<int>> unique("unique");
  const auto child = [](const context_var<std::shared_ptr<int>>& variable,
                        std::shared_ptr<int> value) -> coro<> {
    variable.set(std::move(value));
    co_await rill::yield();
  };
  const task<> one = create_task(child(shared, owned));
  co_await rill::yield();
  CHECK(owned.use_count() == 2);
  co_await one;
  unique.set(std::make_unique<int>(3));
  CHECK(**unique.find() == 3);
}

TEST_CASE("each thread has a context outside of loops, and a run begins with a copy of it",
          "[context_var]") {
  std::thread([] {
    CHECK(number.get() == -1);
    number.set(8);
    CHECK(number.get() == 8);
    CHECK(rill::run(set_and_read(9)) == 9);
    CHECK(rill::run(read()) == 8);
    CHECK(number.get() == 8);
    std::thread([] { CHECK(number.get() == -1); }).join();
  }).join();
  CHECK(number.get() == -1);
}

TEST_CASE("a variable set in one run is seen by the next run of the same runner [89]",
          "[context_var]") {
  rill::runner here;
  CHECK(here.run(set_and_read(5)) == 5);
  CHECK(here.run(read()) == 5);
  CHECK(number.get() == -1);
  const rill::context other;
  CHECK(here.run(read(), other) == -1);
  CHECK(here.run(set_and_read(6), other) == 6);
  CHECK(here.run(read(), other) == 6);
  CHECK(here.run(read()) == 5);
}
