// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/exception_group.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include "support/catch.hpp"

using rill::exception_group;

namespace {

template <class E>
std::exception_ptr made(const char* text) {
  return std::make_exception_ptr(E(text));
}

exception_group nested() {
  const exception_group inner("inner",
                              {made<std::invalid_argument>("b"), made<std::range_error>("c")});
  return {
      "outer",
      {made<std::runtime_error>("a"), std::make_exception_ptr(inner), std::make_exception_ptr(7)}};
}

}  // namespace

TEST_CASE("a group tells all its errors", "[exception_group]") {
  const exception_group group("rill: two",
                              {made<std::runtime_error>("a"), made<std::logic_error>("b")});
  CHECK(group.message() == "rill: two");
  CHECK(group.errors().size() == 2);
  const std::string what = group.what();
  CHECK(what.find("rill: two (2 errors: ") == 0);
  CHECK(what.find('a') < what.find("; "));
  const exception_group copy = group;
  CHECK(copy.what() == group.what());
}

TEST_CASE("errors are visited by type, at any depth", "[exception_group]") {
  const exception_group group = nested();
  std::string seen;
  const std::size_t found = group.for_each<std::runtime_error>(
      [&](const std::runtime_error& error) { seen += error.what(); });
  CHECK(found == 2);  // a range_error is one
  CHECK(seen == "ac");
  CHECK(group.contains<std::invalid_argument>());
  CHECK(group.contains<int>());
  CHECK(!group.contains<std::overflow_error>());
  CHECK(group.for_each<std::exception>([](const std::exception&) {}) == 3);
}

TEST_CASE("a group is split by type, keeping its nesting", "[exception_group]") {
  auto [matching, rest] = nested().split<std::logic_error>();
  REQUIRE(matching.has_value());
  REQUIRE(rest.has_value());
  CHECK(matching->message() == "outer");
  CHECK(matching->errors().size() == 1);
  CHECK(matching->for_each<std::invalid_argument>([](const std::invalid_argument&) {}) == 1);
  CHECK(!rest->contains<std::logic_error>());
  CHECK(rest->errors().size() == 3);
  CHECK(rest->contains<std::range_error>());
  auto [none, all] = nested().split<std::overflow_error>();
  CHECK(!none);
  CHECK(all->errors().size() == 3);
}

TEST_CASE("a group without errors cannot be made", "[exception_group]") {
  CHECK_THROWS_AS(exception_group("x", {}), std::invalid_argument);
  CHECK_THROWS_AS(exception_group("x", std::vector<std::exception_ptr>(1)), std::invalid_argument);
}
