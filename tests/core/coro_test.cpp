// SPDX-License-Identifier: BSL-1.0
#include "rill/core/coro.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "support/coroutine_case.hpp"
#include "support/witness.hpp"

using rill::coro;
using rill_test::witness;

static_assert(std::is_nothrow_move_constructible_v<coro<int>>);
static_assert(std::is_nothrow_move_assignable_v<coro<int>>);
static_assert(!std::is_copy_constructible_v<coro<int>>);
static_assert(std::is_default_constructible_v<coro<>>);

namespace {

coro<int> give(int value) { co_return value; }
coro<int> give_later(int value) {
  co_await rill::yield();
  co_return value;
}
coro<std::unique_ptr<int>> give_owned(int value) { co_return std::make_unique<int>(value); }
coro<int&> give_reference(int& value) {
  co_await rill::yield();
  co_return value;
}
coro<const std::string&> give_const_reference(const std::string& text) { co_return text; }
coro<> do_nothing() { co_return; }
coro<> mark(bool& ran) {
  ran = true;
  co_return;
}
coro<> hold(witness held) {
  static_cast<void>(held);
  co_await rill::yield();
}
coro<int> fail_at_once() {
  throw std::runtime_error("at once");
  co_return 0;
}
coro<int> fail_later() {
  co_await rill::yield();
  throw std::out_of_range("later");
}

// Not default-constructible, not copyable, not assignable.
class odd {
 public:
  explicit odd(int number) noexcept : value(number) {}
  odd(odd&& other) noexcept : value(other.value) {}
  odd& operator=(odd&&) = delete;
  const int value;
};
coro<odd> give_odd() { co_return odd(9); }

}  // namespace

RILL_TEST_CASE("awaiting a coroutine gives its value", "[coro]") {
  const int at_once = co_await give(3);
  CHECK(at_once == 3);
  const int later = co_await give_later(4);
  CHECK(later == 4);
}

RILL_TEST_CASE("move-only values come out", "[coro]") {
  const std::unique_ptr<int> owned = co_await give_owned(5);
  REQUIRE(owned);
  CHECK(*owned == 5);
  const odd strange = co_await give_odd();
  CHECK(strange.value == 9);
}

RILL_TEST_CASE("references refer to the object itself", "[coro]") {
  int number = 1;
  int& same = co_await give_reference(number);
  CHECK(&same == &number);
  const std::string text = "text";
  const std::string& same_text = co_await give_const_reference(text);
  CHECK(&same_text == &text);
}

RILL_TEST_CASE("a coroutine that is not awaited never runs", "[coro]") {
  bool ran = false;
  {
    const coro<> unused = mark(ran);
    CHECK(static_cast<bool>(unused));
  }
  co_await do_nothing();
  CHECK(!ran);
}

TEST_CASE("arguments of a coroutine that never runs are destroyed with it", "[coro]") {
  int alive = 0;
  {
    const coro<> unused = hold(witness(alive));
    CHECK(alive == 1);
  }
  CHECK(alive == 0);
}

TEST_CASE("coroutines can be moved and swapped", "[coro]") {
  int alive = 0;
  coro<> first = hold(witness(alive));
  coro<> second = std::move(first);
  CHECK(!static_cast<bool>(first));  // NOLINT: moved from on purpose
  CHECK(static_cast<bool>(second));
  first.swap(second);
  CHECK(static_cast<bool>(first));
  first = coro<>();
  CHECK(alive == 0);
}

RILL_TEST_CASE("the body runs inside the await, without a turn of the loop", "[coro]") {
  bool callback_ran = false;
  bool ran = false;
  rill::event_loop::running().call_soon([&] { callback_ran = true; });
  co_await mark(ran);
  CHECK(ran);
  CHECK(!callback_ran);
  co_await rill::yield();
  CHECK(callback_ran);
}

RILL_TEST_CASE("exceptions come out of the await", "[coro]") {
  std::string first;
  std::string second;
  try {
    const int value = co_await fail_at_once();
    static_cast<void>(value);
  } catch (const std::runtime_error& error) {
    first = error.what();
  }
  try {
    const int value = co_await fail_later();
    static_cast<void>(value);
  } catch (const std::out_of_range& error) {
    second = error.what();
  }
  CHECK(first == "at once");
  CHECK(second == "later");
}

RILL_TEST_CASE("a child's frame is gone when the statement that awaited it ends", "[coro]") {
  int alive = 0;
  co_await hold(witness(alive));
  CHECK(alive == 0);
}

RILL_TEST_CASE("awaiting twice is an error that says so", "[coro]") {
  coro<int> once = give(1);
  const int value = co_await std::move(once);
  CHECK(value == 1);
  std::string text;
  try {
    const int again = co_await std::move(once);  // NOLINT: used twice on purpose
    static_cast<void>(again);
  } catch (const rill::usage_error& error) {
    text = error.what();
  }
  CHECK(text.find("a coroutine runs once") != std::string::npos);
}

RILL_TEST_CASE("awaiting an empty coroutine is an error that says so", "[coro]") {
  coro<int> empty;
  std::string text;
  try {
    const int value = co_await std::move(empty);
    static_cast<void>(value);
  } catch (const rill::usage_error& error) {
    text = error.what();
  }
  CHECK(text.find("this coro is empty") != std::string::npos);
}

namespace {

coro<int> recurse(int depth) {
  if (depth == 0) co_return 0;
  const int below = co_await recurse(depth - 1);
  co_return below + 1;
}

coro<> unwind(std::string& log, int depth) {
  const std::string name = std::to_string(depth);
  try {
    if (depth == 3) throw std::runtime_error("deepest");
    co_await unwind(log, depth + 1);
  } catch (const std::runtime_error&) {
    log += name;
    throw;
  }
}

}  // namespace

RILL_TEST_CASE("coroutines await themselves recursively", "[coro]") {
  const int depth = co_await recurse(1000);
  CHECK(depth == 1000);
}

RILL_TEST_CASE("an exception unwinds a chain of awaits, inner first", "[coro]") {
  std::string log;
  try {
    co_await unwind(log, 0);
  } catch (const std::runtime_error&) {
    log += "!";
  }
  CHECK(log == "3210!");
}

RILL_TEST_CASE("coroutines kept and awaited later run in the order of the awaits", "[coro]") {
  std::string log;
  const auto note = [](std::string& text, char letter) -> coro<> {
    text += letter;
    co_return;
  };
  coro<> first = note(log, 'a');
  coro<> second = note(log, 'b');
  co_await std::move(second);
  co_await std::move(first);
  CHECK(log == "ba");
}

RILL_TEST_CASE("member functions and lambdas can be coroutines", "[coro]") {
  class counter {
   public:
    coro<int> next() {
      co_await rill::yield();
      co_return ++value_;
    }

   private:
    int value_ = 0;
  };
  counter numbers;
  const int one = co_await numbers.next();
  const int two = co_await numbers.next();
  CHECK(one + two == 3);
  const auto twice = [](int value) -> coro<int> { co_return 2 * value; };
  const int eight = co_await twice(4);
  CHECK(eight == 8);
}
