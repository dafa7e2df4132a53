// SPDX-License-Identifier: BSL-1.0
#include "rill/base/unique_function.hpp"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "support/catch.hpp"

namespace {

using rill::unique_function;

int twice(int value) { return 2 * value; }

/// Counts its lives and moves; Room makes it large.
template <std::size_t Room, bool Nothrow = true>
struct tracked {
  explicit tracked(int* live, int* moves) : live_(live), moves_(moves) { ++*live_; }
  tracked(tracked&& other) noexcept(Nothrow) : live_(other.live_), moves_(other.moves_) {
    ++*live_;
    ++*moves_;
  }
  ~tracked() { --*live_; }
  int operator()() const { return *live_; }

  int* live_;
  int* moves_;
  char room_[Room] = {};
};

TEST_CASE("a unique_function calls what it holds") {
  unique_function<int(int)> function = twice;
  CHECK(function(21) == 42);
  function = [](int value) { return value + 1; };
  CHECK(function(21) == 22);
}

TEST_CASE("a unique_function holds what can only be moved") {
  auto owned = std::make_unique<int>(5);
  unique_function<int()> function = [owned = std::move(owned)] { return *owned; };
  CHECK(function() == 5);
  unique_function<int()> other = std::move(function);
  CHECK(other() == 5);
  STATIC_REQUIRE(std::is_nothrow_move_constructible_v<unique_function<int()>>);
  STATIC_REQUIRE(std::is_nothrow_move_assignable_v<unique_function<int()>>);
  STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<unique_function<int()>>);
}

TEST_CASE("an empty unique_function says so, also when it is called") {
  unique_function<void()> function;
  CHECK_FALSE(function);
  CHECK(function == nullptr);
  CHECK_THROWS_AS(function(), std::logic_error);
  CHECK_THROWS_WITH(function(), Catch::Contains("empty unique_function"));
  function = [] {};
  CHECK(function);
  CHECK(function != nullptr);
  function = nullptr;
  CHECK_FALSE(function);
}

TEST_CASE("a unique_function made from something empty is empty") {
  int (*const no_function)(int) = nullptr;
  CHECK_FALSE(unique_function<int(int)>(no_function));
  CHECK_FALSE(unique_function<int(int)>(std::function<int(int)>()));
  CHECK_FALSE(unique_function<long(int)>(unique_function<int(int)>()));
  CHECK(unique_function<int(int)>(std::function<int(int)>(twice)));
}

TEST_CASE("a unique_function is empty after it was moved from") {
  unique_function<int(int)> from = twice;
  unique_function<int(int)> to = std::move(from);
  CHECK_FALSE(from);  // NOLINT(bugprone-use-after-move): the state promised
  CHECK(to(1) == 2);
  from = std::move(to);
  CHECK(from(2) == 4);
}

TEST_CASE("moving a unique_function to itself changes nothing") {
  unique_function<int(int)> function = twice;
  unique_function<int(int)>& same = function;
  function = std::move(same);
  CHECK(function(3) == 6);
}

TEST_CASE("a small callable lies in place and is destroyed once") {
  int live = 0;
  int moves = 0;
  {
    unique_function<int()> function = tracked<8>(&live, &moves);
    CHECK(live == 1);
    CHECK(moves == 1);
    unique_function<int()> other = std::move(function);
    CHECK(live == 1);
    CHECK(moves == 2);
    CHECK(other() == 1);
    function = std::move(other);
    CHECK(moves == 3);
  }
  CHECK(live == 0);
}

TEST_CASE("a large callable, and one whose move may throw, is not moved again") {
  int live = 0;
  int moves = 0;
  {
    unique_function<int()> large = tracked<64>(&live, &moves);
    unique_function<int()> throwing = tracked<8, false>(&live, &moves);
    CHECK(live == 2);
    CHECK(moves == 2);
    unique_function<int()> other = std::move(large);
    large = std::move(throwing);
    throwing = std::move(other);
    CHECK(moves == 2);
    CHECK(throwing() == 2);
  }
  CHECK(live == 0);
}

TEST_CASE("assigning destroys what was held before") {
  int live = 0;
  int moves = 0;
  unique_function<int()> function = tracked<8>(&live, &moves);
  function = [] { return 0; };
  CHECK(live == 0);
  function = tracked<64>(&live, &moves);
  function = nullptr;
  CHECK(live == 0);
}

TEST_CASE("arguments and results keep their kind") {
  int seen = 0;
  unique_function<int&(int&)> by_reference = [](int& value) -> int& { return ++value; };
  by_reference(seen) = 7;
  CHECK(seen == 7);
  unique_function<std::unique_ptr<int>(std::unique_ptr<int>)> owner = [](std::unique_ptr<int> in) {
    ++*in;
    return in;
  };
  CHECK(*owner(std::make_unique<int>(1)) == 2);
  unique_function<std::string(const char*)> converting = [](std::string_view text) {
    return std::string(text) + "!";
  };
  CHECK(converting("yes") == "yes!");
}

TEST_CASE("a unique_function that returns nothing takes callables that return something") {
  int calls = 0;
  unique_function<void(int)> function = [&calls](int value) { return calls += value; };
  function(3);
  function(4);
  CHECK(calls == 7);
}

TEST_CASE("callables keep their state between calls") {
  unique_function<int()> counter = [count = 0]() mutable { return ++count; };
  counter();
  CHECK(counter() == 2);
}

TEST_CASE("what a callable throws passes through") {
  unique_function<void()> function = [] { throw std::runtime_error("inside"); };
  CHECK_THROWS_WITH(function(), "inside");
  CHECK_THROWS_WITH(function(), "inside");
}

TEST_CASE("only fitting callables convert") {
  STATIC_REQUIRE(std::is_constructible_v<unique_function<int(int)>, int (*)(int)>);
  STATIC_REQUIRE(std::is_constructible_v<unique_function<int(int)>, decltype(twice)&>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<unique_function<int(int)>, int (*)(int*)>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<unique_function<int(int)>, int>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<unique_function<int*()>, int (*)()>);
}

TEST_CASE("a callable of four pointers is in place") {
  CHECK(sizeof(unique_function<void()>) == 5 * sizeof(void*));
}

}  // namespace
