// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/collect.hpp"

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rill/core/async_generator.hpp"
#include "rill/core/create_task.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

using namespace std::chrono_literals;
using rill::async_generator;
using rill::coro;

RILL_TEST_CASE("collect gives all items", "[collect]") {
  const auto words = []() -> async_generator<std::string> {
    co_yield "one";
    co_await rill::sleep(1s);
    co_yield "two";
  };
  const std::vector<std::string> all = co_await rill::collect(words());
  CHECK(all == std::vector<std::string>{"one", "two"});
  const auto nothing = []() -> async_generator<int> { co_return; };
  const std::vector<int> none = co_await rill::collect(nothing());
  CHECK(none.empty());
}

RILL_TEST_CASE("collect copies what references refer to, and moves what can only be moved",
               "[collect]") {
  const std::vector<int> store{1, 2};
  const auto each = [](const std::vector<int>& of) -> async_generator<const int&> {
    for (const int& item : of) co_yield item;
  };
  const std::vector<int> copies = co_await rill::collect(each(store));
  CHECK(copies == store);
  const auto owners = []() -> async_generator<std::unique_ptr<int>> {
    co_yield std::make_unique<int>(1);
  };
  const std::vector<std::unique_ptr<int>> owned = co_await rill::collect(owners());
  REQUIRE(owned.size() == 1);
  CHECK(*owned[0] == 1);
}

RILL_TEST_CASE("collect throws what the generator throws", "[collect]") {
  const auto failing = []() -> async_generator<int> {
    co_yield 1;
    throw std::runtime_error("no more");
  };
  std::string text;
  try {
    const std::vector<int> all = co_await rill::collect(failing());
    CHECK(all.empty());
  } catch (const std::runtime_error& error) {
    text = error.what();
  }
  CHECK(text == "no more");
}

namespace {

/// Cannot be copied a second time.
struct fragile {
  fragile() = default;
  fragile(const fragile& other) : copies(other.copies) {
    if (++*copies == 2) throw std::bad_alloc();
  }
  fragile& operator=(const fragile&) = default;
  ~fragile() = default;
  std::shared_ptr<int> copies = std::make_shared<int>(0);
};

}  // namespace

RILL_TEST_CASE("an item that cannot be kept: the generator is closed before that is told",
               "[collect]") {
  std::string log;
  const fragile item;
  const auto each = [](const fragile& of, std::string& to) -> async_generator<const fragile&> {
    bool closing = false;
    while (!closing) {
      try {
        co_yield of;
      } catch (const rill::generator_exit&) {
        closing = true;
      }
    }
    co_await rill::sleep(1s);
    to += "x";
  };
  bool failed = false;
  try {
    const std::vector<fragile> all = co_await rill::collect(each(item, log));
    CHECK(all.empty());
  } catch (const std::bad_alloc&) {
    failed = true;
  }
  CHECK(failed);
  CHECK(log == "x");
}

RILL_TEST_CASE("a cancellation of collect strikes in the generator", "[collect]") {
  std::string log;
  const auto slow = [](std::string& to) -> async_generator<int> {
    co_yield 1;
    try {
      co_await rill::sleep(1h);
    } catch (const rill::cancelled_error&) {
      to += "c";
      throw;
    }
  };
  const auto all = rill::create_task(rill::collect(slow(log)));
  co_await rill_test::let_run();
  all.cancel();
  co_await rill_test::let_run();
  CHECK(all.cancelled());
  CHECK(log == "c");
}
