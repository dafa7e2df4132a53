// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/combinators/gather.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "combinators/outcomes.hpp"
#include "rill/combinators/wait_for.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::cancelled_error;
using rill::coro;
using rill::create_task;
using rill::gather;
using rill::task;
using rill::time_point;
using rill_test::fails_after;
using rill_test::outcome_of;
using rill_test::value_after;

namespace {

/// Says in the log how it has ended.
coro<int> witnessed(std::chrono::nanoseconds delay, std::string& log, char name) {
  try {
    co_await rill::sleep(delay);
  } catch (const cancelled_error& error) {
    log += name;
    log += "-cancelled ";
    throw;
  }
  log += name;
  log += "-done ";
  co_return 1;
}

coro<int> slow_to_stop(std::chrono::nanoseconds clean_up, std::string& log) {
  bool cancelled = false;
  try {
    co_await rill::sleep(1h);
  } catch (const cancelled_error&) {
    cancelled = true;
  }
  co_await rill::sleep(clean_up);
  log += "cleaned ";
  if (cancelled) throw cancelled_error();
  co_return 0;
}

}  // namespace

RILL_TEST_CASE("results come in the order of the arguments, all in the time of one", "[gather]") {
  auto [slow, fast, nothing] =
      co_await gather(value_after(2s, 1), value_after(1s, 2), rill::sleep(1s));
  static_assert(std::is_same_v<decltype(nothing), std::monostate>);
  CHECK(slow == 1);
  CHECK(fast == 2);
  CHECK(rill::loop_clock::now() == time_point(2s));
}

RILL_TEST_CASE("nothing to gather is done at once", "[gather]") {
  const std::tuple<> none = co_await gather();
  static_cast<void>(none);
  std::vector<coro<int>> empty;
  const std::vector<int> values = co_await gather(std::move(empty));
  CHECK(values.empty());
}

RILL_TEST_CASE("move-only results, references, handles lent and given", "[gather]") {
  const auto owner = []() -> coro<std::unique_ptr<int>> { co_return std::make_unique<int>(8); };
  int here = 9;
  const auto referring = [](int& to) -> coro<int&> { co_return to; };
  const task<std::string> lent = create_task([]() -> coro<std::string> { co_return "lent"; });
  task<std::string> given = create_task([]() -> coro<std::string> { co_return "given"; });
  auto [owned, reference, kept, moved] =
      co_await gather(owner(), referring(here), lent, std::move(given));
  static_assert(std::is_same_v<decltype(reference), int&>);
  static_assert(std::is_same_v<decltype(moved), std::string>);
  CHECK(*owned == 8);
  CHECK(&reference == &here);
  CHECK(&kept == &lent.result());
  CHECK(moved == "given");
}

RILL_TEST_CASE("a range of coroutines, of handles, and of a view that makes them", "[gather]") {
  std::vector<coro<int>> coroutines;
  for (int i = 0; i < 5; ++i) coroutines.push_back(value_after(i * 1s, i));
  const std::vector<int> first = co_await gather(std::move(coroutines));
  CHECK(first == std::vector<int>({0, 1, 2, 3, 4}));
  std::vector<task<int>> handles;
  for (int i = 0; i < 3; ++i) handles.push_back(create_task(value_after(1s, i)));
  const std::vector<int> second = co_await gather(handles);
  CHECK(second == std::vector<int>({0, 1, 2}));
  CHECK(handles[2].result() == 2);
  const std::vector<int> numbers{7, 8};
  const auto make = [](int number) { return value_after(1s, number); };
  const std::vector<int> third = co_await gather(numbers | std::views::transform(make));
  CHECK(third == numbers);
  std::vector<coro<>> silent;
  const auto nothing = []() -> coro<> { co_return; };
  for (int i = 0; i < 4; ++i) silent.push_back(nothing());
  const std::vector<std::monostate> none = co_await gather(std::move(silent));
  CHECK(none.size() == 4);
}

RILL_TEST_CASE("thousands of children, and gathers in gathers", "[gather]") {
  std::vector<coro<int>> children;
  for (int i = 0; i < 5'000; ++i) children.push_back(value_after((i % 7) * 1s, i));
  const std::vector<int> values = co_await gather(std::move(children));
  CHECK(values.size() == 5'000);
  CHECK(values[4'999] == 4'999);
  auto [pair, single] =
      co_await gather(gather(value_after(1s, 1), value_after(1s, 2)), value_after(1s, 3));
  CHECK(std::get<0>(pair) + std::get<1>(pair) + single == 6);
}

RILL_TEST_CASE("coroutines: the first error cancels and joins the rest", "[gather]") {
  std::string log;
  const auto body = [](std::string& to) -> coro<> {
    co_await gather(slow_to_stop(3s, to), fails_after(1s, "first"), witnessed(500ms, to, 'a'),
                    fails_after(2s, "second"));
  };
  const std::string what = co_await outcome_of(body(log));
  CHECK(what == "first");
  CHECK(log == "a-done cleaned ");
  CHECK(rill::loop_clock::now() == time_point(4s));
  CHECK(rill::all_tasks().size() == 1);
}

RILL_TEST_CASE("handles: the first error is thrown at once, siblings go on [41]", "[gather]") {
  std::string log;
  std::vector<task<int>> handles;
  handles.push_back(create_task(value_after(1s, 1)));
  handles.push_back(create_task(fails_after(2s, "first")));
  handles.push_back(create_task(witnessed(3s, log, 'a')));
  handles.push_back(create_task(fails_after(3s, "late")));
  handles.push_back(create_task(witnessed(1h, log, 'b')));
  const auto body = [](std::vector<task<int>>& all) -> coro<> { co_await gather(all); };
  const std::string what = co_await outcome_of(body(handles));
  CHECK(what == "first");
  CHECK(rill::loop_clock::now() == time_point(2s));
  co_await rill::sleep(2s);
  CHECK(log == "a-done ");
  CHECK(!handles[4].done());
  handles[4].cancel();
  CHECK_THROWS_AS(handles[3].result(), std::runtime_error);
  co_await rill::yield();
}

RILL_TEST_CASE("a child cancelled by hand fails the gather, which is not cancelled [42]",
               "[gather]") {
  std::string log;
  const task<int> child = create_task(witnessed(1h, log, 'a'));
  rill::event_loop::running().call_later(1s, [&child] { child.cancel("by hand"); });
  const auto body = [](const task<int>& one, std::string& to) -> coro<> {
    co_await gather(one, witnessed(1h, to, 'b'));
  };
  const std::string what = co_await outcome_of(body(child, log));
  CHECK(what == "cancelled by hand");
  CHECK(log == "a-cancelled b-cancelled ");
  CHECK(rill::current_task().cancelling() == 0);
}

RILL_TEST_CASE("a cancellation goes to all children and what they wait for [43]", "[gather]") {
  for (const bool collecting : {false, true}) {
    std::string log;
    const rill::future<int> awaited = rill::create_future<int>();
    const task<int> handle = create_task(witnessed(1h, log, 'h'));
    const auto body = [](const rill::future<int>& from, const task<int>& one, std::string& to,
                         bool collect) -> coro<> {
      if (collect) {
        co_await gather(rill::return_exceptions, from, one, witnessed(1h, to, 'c'));
      } else {
        co_await gather(from, one, witnessed(1h, to, 'c'));
      }
      to += "not reached";
    };
    const task<> gathering = create_task(body(awaited, handle, log, collecting));
    co_await rill::sleep(1s);
    CHECK(gathering.cancel("enough"));
    std::string reason;
    try {
      co_await gathering;
    } catch (const cancelled_error& error) {
      reason = error.reason();
    }
    CHECK(reason == "enough");
    CHECK(gathering.cancelled());
    CHECK(awaited.cancelled());
    CHECK(handle.cancelled());
    CHECK(log.find("h-cancelled ") != std::string::npos);
    CHECK(log.find("c-cancelled ") != std::string::npos);
    CHECK(log.size() == 24);
    CHECK(!gathering.cancel());
  }
}

RILL_TEST_CASE("collecting: errors and cancellations are results", "[gather]") {
  const task<int> cancelled = create_task(value_after(1h, 1));
  rill::event_loop::running().call_later(1s, [&cancelled] { cancelled.cancel(); });
  auto [good, bad, gone, nothing] =
      co_await gather(rill::return_exceptions, value_after(3s, 7), fails_after(1s, "bad"),
                      cancelled, rill::yield());
  CHECK(good.value() == 7);
  CHECK_THROWS_AS(bad.value(), std::runtime_error);
  CHECK(gone.cancelled());
  CHECK(nothing.has_value());
  std::vector<coro<int>> range;
  range.push_back(value_after(1s, 1));
  range.push_back(fails_after(1s, "bad"));
  const std::vector<rill::result<int>> results =
      co_await gather(rill::return_exceptions, std::move(range));
  CHECK(results[0].has_value());
  CHECK(results[1].error() != nullptr);
}

RILL_TEST_CASE("the clean-up of a child is not interrupted by the end of another", "[gather]") {
  std::string log;
  const auto body = [](std::string& to) -> coro<> {
    co_await gather(slow_to_stop(2s, to), witnessed(1h, to, 'a'));
  };
  const task<> gathering = create_task(body(log));
  co_await rill::sleep(1s);
  gathering.cancel();
  co_await rill::sleep(3s);
  CHECK(gathering.cancelled());
  CHECK(log == "a-cancelled cleaned ");
}

RILL_TEST_CASE("children cancelled before their first step never run", "[gather]") {
  bool ran = false;
  const auto child = [](bool& flag) -> coro<> {
    flag = true;
    co_return;
  };
  const auto body = [&child](bool& flag) -> coro<> {
    rill::current_task().cancel();
    co_await gather(child(flag), child(flag));
  };
  const std::string what = co_await outcome_of(body(ran));
  CHECK(what == "cancelled ");
  CHECK(!ran);
  rill::current_task().uncancel();
}

RILL_TEST_CASE("results that are there already are not taken away by a cancellation", "[gather]") {
  const rill::future<int> one = rill::create_future<int>();
  const rill::future<int> two = rill::create_future<int>();
  const auto body = [](const rill::future<int>& a, const rill::future<int>& b,
                       std::string& log) -> coro<> {
    auto [x, y] = co_await gather(a, b);
    log += "got " + std::to_string(x + y);
    co_await rill::sleep(1s);
    log += " not reached";
  };
  std::string log;
  const task<> gathering = create_task(body(one, two, log));
  co_await rill::yield();
  one.set_result(1);
  two.set_result(2);
  gathering.cancel();
  co_await rill::sleep(2s);
  CHECK(log == "got 3");
  CHECK(gathering.cancelled());
}

RILL_TEST_CASE("a limit around a gather ends its children", "[gather]") {
  std::string log;
  const auto body = [](std::string& to) -> coro<> {
    co_await rill::wait_for(gather(witnessed(1h, to, 'a'), witnessed(1s, to, 'b')), 2s);
  };
  const std::string what = co_await outcome_of(body(log));
  CHECK(what.find("time limit") != std::string::npos);
  CHECK(log == "b-done a-cancelled ");
  CHECK(rill::loop_clock::now() == time_point(2s));
}

RILL_TEST_CASE("the same handle twice", "[gather]") {
  const task<int> one = create_task(value_after(1s, 4));
  auto [a, b] = co_await gather(one, one);
  CHECK(&a == &b);
}

RILL_TEST_CASE("the same handle twice in a range that is given away", "[gather]") {
  const task<std::string> text = create_task([]() -> coro<std::string> { co_return "text"; });
  const std::vector<task<std::string>> twice{text, text};
  const std::vector<std::string> both = co_await gather(twice);
  CHECK(both == std::vector<std::string>{"text", "text"});
  std::string what;
  try {
    std::vector<task<std::string>> given = twice;
    co_await gather(std::move(given));
  } catch (const rill::usage_error& error) {
    what = error.what();
  }
  CHECK(what.find("lvalue") != std::string::npos);
  CHECK(text.result() == "text");
  std::vector<task<std::string>> once{text};
  const std::vector<std::string> moved = co_await gather(std::move(once));
  CHECK(moved.front() == "text");
}

RILL_TEST_CASE("tasks that gather one another can be cancelled", "[gather]") {
  task<> first;
  const auto body = [](const task<>& other) -> coro<> { co_await gather(other, rill::sleep(1h)); };
  const auto starter = [](const task<>& other) -> coro<> {
    co_await rill::yield();
    co_await gather(other);
  };
  task<> second;
  first = create_task(starter(std::cref(second)));
  second = create_task(body(first));
  co_await rill::sleep(1s);
  first.cancel();
  co_await rill::sleep(1s);
  CHECK(first.cancelled());
  CHECK(second.cancelled());
}

RILL_TEST_CASE("misuse is told in a sentence", "[gather]") {
  const task<int> empty;
  const auto body = [](const task<int>& one) -> coro<> { co_await gather(one); };
  const std::string what = co_await outcome_of(body(empty));
  CHECK(what.find("empty") != std::string::npos);
  const auto self = []() -> coro<> {
    const auto wait = [](const task<>& me) -> coro<> {
      co_await rill::yield();
      co_await gather(me);
    };
    task<> me;
    me = create_task(wait(me));
    co_await me;
  };
  const std::string circle = co_await outcome_of(self());
  CHECK(circle.find("await itself") != std::string::npos);
}
