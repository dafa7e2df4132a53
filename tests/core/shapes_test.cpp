// SPDX-License-Identifier: BSL-1.0
//
// The spellings of awaits that rill's API invites and that must work on every compiler, GCC 12
// included. Each counts what it owns: a temporary that is destroyed twice or never shows.
#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/result.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"
#include "support/witness.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::create_task;
using rill::task;
using rill_test::witness;

namespace {

coro<bool> truth(bool value) {
  co_await rill::yield();
  co_return value;
}
coro<int> number(int value) {
  co_await rill::yield();
  co_return value;
}
coro<std::optional<int>> maybe(int value) {
  co_await rill::yield();
  co_return value == 0 ? std::optional<int>() : std::optional<int>(value);
}
coro<std::size_t> length(std::string text) {
  co_await rill::yield();
  co_return text.size();
}
coro<std::pair<int, std::string>> pair_of(int value) {
  co_await rill::yield();
  co_return std::pair<int, std::string>(value, std::to_string(value));
}
coro<std::vector<std::string>> words() {
  co_await rill::yield();
  co_return std::vector<std::string>{"one", "two", "three"};
}

// Options with trivial members only, as in the API.
struct options {
  std::chrono::seconds limit = 1s;
  int count = 0;
  const char* name = nullptr;
};
coro<int> with_options(options given) {
  co_await rill::yield();
  co_return given.count;
}

// A type with a constructor of its own, braces included.
class message {
 public:
  message(int id, std::string text) : id_(id), text_(std::move(text)) {}
  std::size_t weight() const noexcept { return text_.size() + static_cast<std::size_t>(id_); }

 private:
  int id_;
  std::string text_;
};
coro<std::size_t> weigh(message sent) {
  co_await rill::yield();
  co_return sent.weight();
}

template <class Callable, class... Args>
coro<std::invoke_result_t<Callable&, Args...>> call(Callable callable, Args... args) {
  co_await rill::yield();
  co_return callable(std::move(args)...);
}

}  // namespace

RILL_TEST_CASE("a named bool is tested on the next line", "[shapes]") {
  int turns = 0;
  while (true) {
    const bool stop = co_await truth(turns == 3);
    if (stop) break;
    ++turns;
  }
  CHECK(turns == 3);
}

RILL_TEST_CASE("values are declared in conditions", "[shapes]") {
  int sum = 0;
  if (const auto found = co_await maybe(2)) sum += *found;
  int next = 3;
  while (const auto found = co_await maybe(next)) {
    sum += *found;
    --next;
  }
  for (int left = co_await number(3); left != 0; left = co_await number(left - 1)) sum += 100;
  if (const int value = co_await number(4); value == 4) sum += 1000;
  switch (const int value = co_await number(5); value) {
    case 5:
      sum += 10'000;
      break;
    default:
      break;
  }
  CHECK(sum == 11'308);
}

RILL_TEST_CASE("scalars may be combined outside of conditions", "[shapes]") {
  const bool both = co_await truth(true) && co_await truth(false);
  const bool either = co_await truth(false) || co_await truth(true);
  int chosen = 0;
  if (either) chosen = co_await number(1);
  // lint: allow(order) that the values are right is what is looked at here
  const int sum = co_await number(1) + co_await number(2) * co_await number(3);
  int counter = 1;
  counter += co_await number(5);
  CHECK(!both);
  CHECK(either);
  CHECK(chosen == 1);
  CHECK(sum == 7);
  CHECK(counter == 6);
}

RILL_TEST_CASE("strings, pairs and optionals may be temporaries", "[shapes]") {
  const std::string left(40, 'l');
  const std::size_t joined = co_await length(left + std::string(40, 'r') + "!");
  CHECK(joined == 81);
  const auto [value, text] = co_await pair_of(7);
  CHECK(value == 7);
  CHECK(text == "7");
  const std::size_t member = (co_await pair_of(1234)).second.size();
  CHECK(member == 4);
  std::size_t letters = 0;
  for (const std::string& word : co_await words()) letters += word.size();
  CHECK(letters == 11);
}

RILL_TEST_CASE("options of trivial members are written in place", "[shapes]") {
  const int count = co_await with_options({.limit = 2s, .count = 5});
  const int defaults = co_await with_options({});
  CHECK(count == 5);
  CHECK(defaults == 0);
  const task<int> named = create_task(number(1), {.name = "named"});
  const int one = co_await named;
  CHECK(one == 1);
}

RILL_TEST_CASE("types with constructors are written in place", "[shapes]") {
  const std::size_t heavy = co_await weigh(message(3, std::string(50, 'x')));
  const std::size_t braced = co_await weigh(message{4, std::string(50, 'y')});
  CHECK(heavy == 53);
  CHECK(braced == 54);
}

RILL_TEST_CASE("a callable without captures takes its arguments beside it", "[shapes]") {
  int alive = 0;
  const std::string text(60, 't');
  const std::size_t size = co_await call([](std::string copy) { return copy.size(); }, text);
  CHECK(size == 60);
  const bool held = co_await call([](witness taken) { return taken.holds(); }, witness(alive));
  CHECK(held);
  CHECK(alive == 0);
}

RILL_TEST_CASE("lambdas may capture references and numbers in place", "[shapes]") {
  int seen = 0;
  int factor = 3;
  const int result = co_await call(
      [&seen, factor](int value) {
        seen = value;
        return value * factor;
      },
      5);
  CHECK(seen == 5);
  CHECK(result == 15);
}

RILL_TEST_CASE("a named lambda that owns is awaited and counted once", "[shapes]") {
  int alive = 0;
  {
    const auto owner = [held = witness(alive), shared = std::make_shared<int>(4)]() -> coro<int> {
      co_await rill::yield();
      co_return held.holds() ? *shared : 0;
    };
    const int value = co_await owner();
    const int again = co_await owner();
    CHECK(value + again == 8);
    const task<int> task = create_task(owner);
    const int third = co_await task;
    CHECK(third == 4);
  }
  CHECK(alive == 0);
}

RILL_TEST_CASE("a coroutine is named, then moved into the await", "[shapes]") {
  int alive = 0;
  const auto hold = [](witness held) -> coro<bool> {
    co_await rill::yield();
    co_return held.holds();
  };
  {
    coro<bool> waiting = hold(witness(alive));
    const bool held = co_await std::move(waiting);
    CHECK(held);
  }
  CHECK(alive == 0);
}

RILL_TEST_CASE("results are built of awaits with parentheses", "[shapes]") {
  const auto owned = std::make_unique<int>(co_await number(6));
  CHECK(*owned == 6);
  std::vector<int> values;
  values.push_back(co_await number(1));
  values.emplace_back(co_await number(2));
  std::map<int, std::string> table;
  const int key = co_await number(3);
  table.emplace(key, "three");
  // lint: allow(order) as above
  const std::tuple<int, int> both(co_await number(7), co_await number(8));
  CHECK(values == std::vector<int>{1, 2});
  CHECK(table.at(3) == "three");
  CHECK(std::get<0>(both) + std::get<1>(both) == 15);
}

RILL_TEST_CASE("awaits nest as arguments", "[shapes]") {
  const int value = co_await number(co_await number(co_await number(9)));
  CHECK(value == 9);
  const std::size_t size = co_await length(std::to_string(co_await number(12345)));
  CHECK(size == 5);
}

RILL_TEST_CASE("bodies that are one try block", "[shapes]") {
  const auto guarded = [](bool fail) -> coro<int> {
    try {
      const bool failed = co_await truth(fail);
      if (failed) throw std::runtime_error("failed");
      co_return 1;
    } catch (const std::runtime_error&) {
      co_return 2;
    }
  };
  const int good = co_await guarded(false);
  const int bad = co_await guarded(true);
  CHECK(good == 1);
  CHECK(bad == 2);
}

RILL_TEST_CASE("owners survive exceptions between awaits", "[shapes]") {
  int alive = 0;
  const auto fails = [](witness first, witness second) -> coro<> {
    const witness local(first);
    co_await rill::yield();
    if (second.holds()) throw std::runtime_error("half way");
    co_await rill::yield();
  };
  bool caught = false;
  try {
    co_await fails(witness(alive), witness(alive));
  } catch (const std::runtime_error&) {
    caught = true;
  }
  CHECK(caught);
  CHECK(alive == 0);
}
