// SPDX-License-Identifier: BSL-1.0
#include "rill/core/result.hpp"

#include <memory>
#include <stdexcept>
#include <string>

#include "support/catch.hpp"

using rill::result;

TEST_CASE("a result holds a value", "[result]") {
  result<std::string> text(std::in_place, 3, 'x');
  CHECK(text.has_value());
  CHECK(static_cast<bool>(text));
  CHECK(text.value() == "xxx");
  text.value() += "y";
  CHECK(text.value() == "xxxy");
  CHECK(text.error() == nullptr);
  CHECK(!text.cancelled());
}

TEST_CASE("a result holds an error and throws it", "[result]") {
  result<int> failed(std::make_exception_ptr(std::out_of_range("far")));
  CHECK(!failed.has_value());
  CHECK(failed.error() != nullptr);
  CHECK(!failed.cancelled());
  CHECK_THROWS_AS(failed.value(), std::out_of_range);
  CHECK_THROWS_AS(std::move(failed).value(), std::out_of_range);
}

TEST_CASE("a result knows a cancellation", "[result]") {
  const result<int> cancelled(std::make_exception_ptr(rill::cancelled_error("stop")));
  CHECK(cancelled.cancelled());
  CHECK(!cancelled.has_value());
}

TEST_CASE("a move-only value can be moved out", "[result]") {
  result<std::unique_ptr<int>> owned(std::in_place, std::make_unique<int>(7));
  const std::unique_ptr<int> taken = std::move(owned).value();
  CHECK(*taken == 7);
}

TEST_CASE("results of void and of references", "[result]") {
  result<> nothing(std::in_place);
  CHECK(nothing.has_value());
  nothing.value();
  int number = 4;
  result<int&> reference(std::in_place, number);
  CHECK(&reference.value() == &number);
  CHECK(&std::move(reference).value() == &number);
  result<> failed(std::make_exception_ptr(std::runtime_error("no")));
  CHECK_THROWS_AS(failed.value(), std::runtime_error);
}
