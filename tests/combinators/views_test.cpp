// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/views.hpp"

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rill/combinators/collect.hpp"
#include "rill/core/async_generator.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

using namespace std::chrono_literals;
using rill::async_generator;
using rill::coro;
using rill::create_task;
namespace views = rill::views;

namespace {

/// Counts for ever, and writes what it yields and how it ends.
async_generator<int> counting(std::string& log) {
  bool closing = false;
  for (int next = 1; !closing; ++next) {
    try {
      log += std::to_string(next);
      co_yield next;
    } catch (const rill::generator_exit&) {
      closing = true;
    }
  }
  co_await rill::sleep(1s);
  log += "x";
}

async_generator<int> up_to(int last) {
  for (int i = 1; i <= last; ++i) {
    co_await rill::yield();
    co_yield i;
  }
}

async_generator<int, int> echoing() {
  int next = 0;
  while (true) {
    std::optional<int> sent;
    try {
      sent = co_yield next;
    } catch (const std::runtime_error&) {
      sent = 1000;
    }
    if (sent && *sent < 0) co_return;
    next = sent.value_or(next + 1);
  }
}

bool is_even(int number) { return number % 2 == 0; }
int square(int number) { return number * number; }

}  // namespace

RILL_TEST_CASE("map gives what a function makes of each item", "[views]") {
  const std::vector<int> squares = co_await rill::collect(views::map(up_to(4), square));
  CHECK(squares == std::vector<int>{1, 4, 9, 16});
  const std::vector<std::string> words =
      co_await rill::collect(up_to(2) | views::map([](int item) { return std::to_string(item); }));
  CHECK(words == std::vector<std::string>{"1", "2"});
}

RILL_TEST_CASE("the functions may be coroutines", "[views]") {
  const auto slow_square = [](int item) -> coro<int> {
    co_await rill::sleep(1s);
    co_return item* item;
  };
  const auto slow_even = [](int item) -> coro<bool> {
    co_await rill::sleep(1s);
    co_return is_even(item);
  };
  const rill::time_point before = rill::loop_clock::now();
  auto chain = up_to(4) | views::filter(slow_even) | views::map(slow_square);
  const std::vector<int> squares = co_await rill::collect(std::move(chain));
  CHECK(squares == std::vector<int>{4, 16});
  CHECK(rill::loop_clock::now() == before + 6s);
}

RILL_TEST_CASE("filter, take and enumerate in a row", "[views]") {
  std::string log;
  auto chain = counting(log) | views::filter(is_even) | views::take(2) | views::enumerate(10);
  const auto pairs = co_await rill::collect(std::move(chain));
  const std::vector<std::pair<std::size_t, int>> expected{{10, 2}, {11, 4}};
  CHECK(pairs == expected);
  CHECK(log == "1234x");
}

RILL_TEST_CASE("take asks for no item too many, and closes its source", "[views]") {
  std::string log;
  const std::vector<int> three = co_await rill::collect(views::take(counting(log), 3));
  CHECK(three == std::vector<int>{1, 2, 3});
  CHECK(log == "123x");
  log.clear();
  const std::vector<int> none = co_await rill::collect(views::take(counting(log), 0));
  CHECK(none.empty());
  CHECK(log.empty());
  const std::vector<int> all = co_await rill::collect(views::take(up_to(2), 5));
  CHECK(all == std::vector<int>{1, 2});
}

RILL_TEST_CASE("references go through, and can be written to", "[views]") {
  std::vector<int> store{1, 2, 3, 4};
  const auto each = [](std::vector<int>& of) -> async_generator<int&> {
    for (int& item : of) co_yield item;
  };
  auto even = each(store) | views::filter(is_even);
  while (int* const item = co_await even.next()) *item = 0;
  CHECK(store == std::vector<int>{1, 0, 3, 0});
  auto numbered = views::enumerate(each(store));
  while (auto item = co_await numbered.next()) item->second = static_cast<int>(item->first);
  CHECK(store == std::vector<int>{0, 1, 2, 3});
  struct point {
    int x = 0;
  };
  std::vector<point> points(2);
  const auto every = [](std::vector<point>& of) -> async_generator<point&> {
    for (point& item : of) co_yield item;
  };
  auto xs = views::map(every(points), [](point& of) -> int& { return of.x; });
  while (int* const x = co_await xs.next()) *x = 7;
  CHECK(points[1].x == 7);
}

RILL_TEST_CASE("move-only items go through", "[views]") {
  const auto owners = []() -> async_generator<std::unique_ptr<int>> {
    for (int i = 1; i <= 3; ++i) co_yield std::make_unique<int>(i);
  };
  const auto odd = [](const std::unique_ptr<int>& item) { return *item % 2 == 1; };
  const auto open = [](std::unique_ptr<int> item) { return *item; };
  auto chain = owners() | views::filter(odd) | views::take(5) | views::map(open);
  const std::vector<int> got = co_await rill::collect(std::move(chain));
  CHECK(got == std::vector<int>{1, 3});
}

RILL_TEST_CASE("what is sent and thrown in goes to the source", "[views]") {
  auto tenfold = views::map(echoing(), [](int item) { return item * 10; });
  const auto first = co_await tenfold.next();
  const auto second = co_await tenfold.send(7);
  const auto third = co_await tenfold.next();
  const auto fourth =
      co_await tenfold.throw_in(std::make_exception_ptr(std::runtime_error("handled below")));
  const auto end = co_await tenfold.send(-1);
  CHECK(first == 0);
  CHECK(second == 70);
  CHECK(third == 80);
  CHECK(fourth == 10000);
  CHECK_FALSE(end);
}

RILL_TEST_CASE("what is thrown in and not handled comes out, once", "[views]") {
  auto chain = views::take(echoing(), 10);
  co_await chain.next();
  bool came_out = false;
  try {
    const auto item = co_await chain.throw_in(std::make_exception_ptr(std::string("other")));
    CHECK_FALSE(item);
  } catch (const std::string&) {
    came_out = true;
  }
  CHECK(came_out);
  const auto behind = co_await chain.next();
  CHECK_FALSE(behind);
}

RILL_TEST_CASE("a function that throws: the source is closed first", "[views]") {
  std::string log;
  const auto fails = [](int item) {
    if (item == 2) throw std::runtime_error("two");
    return item;
  };
  auto chain = counting(log) | views::map(fails) | views::take(10);
  const auto first = co_await chain.next();
  CHECK(first == 1);
  std::string text;
  try {
    const auto second = co_await chain.next();
    CHECK_FALSE(second);
  } catch (const std::runtime_error& error) {
    text = error.what();
  }
  CHECK(text == "two");
  CHECK(log == "12x");
}

RILL_TEST_CASE("closing, or dropping, the last one closes all", "[views]") {
  std::string log;
  auto closed = counting(log) | views::map(square) | views::filter(is_even);
  co_await closed.next();
  co_await closed.aclose();
  CHECK(log == "12x");
  log.clear();
  {
    auto dropped = counting(log) | views::map(square) | views::filter(is_even);
    co_await dropped.next();
  }
  CHECK(log == "12");
  co_await rill::sleep(2s);
  CHECK(log == "12x");
}

RILL_TEST_CASE("a cancellation inside a function closes the source", "[views]") {
  std::string log;
  const auto slow = [](int item) -> coro<int> {
    co_await rill::sleep(1h);
    co_return item;
  };
  auto chain = views::map(counting(log), slow);
  const auto step = [](async_generator<int>& of) -> coro<> { co_await of.next(); };
  const rill::task<> one = create_task(step(chain));
  co_await rill_test::let_run();
  one.cancel();
  co_await rill::sleep(2s);
  CHECK(one.cancelled());
  CHECK(log == "1x");
  CHECK_FALSE(chain);
}

RILL_TEST_CASE("what is thrown in at the last item of take comes out behind the close", "[views]") {
  std::string log;
  auto two = views::take(counting(log), 2);
  co_await two.next();
  co_await two.next();
  bool came_out = false;
  try {
    const auto item = co_await two.throw_in(std::make_exception_ptr(std::string("last")));
    CHECK_FALSE(item);
  } catch (const std::string&) {
    came_out = true;
  }
  CHECK(came_out);
  CHECK(log == "12x");
}

RILL_TEST_CASE("items that cannot be assigned go through", "[views]") {
  struct fixed {
    const int value;
  };
  const auto several = []() -> async_generator<fixed> {
    for (int i = 1; i <= 3; ++i) {
      const fixed item{i};
      co_yield item;
    }
  };
  auto two = several() | views::filter([](const fixed& item) { return item.value != 2; });
  int sum = 0;
  while (auto item = co_await two.next()) sum += item->value;
  CHECK(sum == 4);
  const std::vector<int> store{1, 2};
  const auto each = [](const std::vector<int>& of) -> async_generator<const int&> {
    for (const int& item : of) co_yield item;
  };
  auto numbered = views::enumerate(each(store), 5);
  const auto first = co_await numbered.next();
  CHECK(first->first == 5);
  CHECK(&first->second == &store[0]);
  co_await numbered.aclose();
}
