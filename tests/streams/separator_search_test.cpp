// SPDX-License-Identifier: BSL-1.0
#include "streams/separator_search.hpp"

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace {

using rill::detail::separator_match;
using rill::detail::separator_search;

separator_match look(const std::vector<std::string>& separators, std::string_view text) {
  separator_search search(separators);
  return search.look(text);
}

// What the search must find, said in the plainest way.
separator_match by_hand(const std::vector<std::string>& separators, const std::string& text) {
  for (std::size_t end = 1; end <= text.size(); ++end) {
    std::size_t shortest = 0;
    for (const std::string& separator : separators) {
      const bool here = end >= separator.size() &&
                        text.compare(end - separator.size(), separator.size(), separator) == 0;
      if (here && (shortest == 0 || separator.size() < shortest)) shortest = separator.size();
    }
    if (shortest != 0) return {true, end - shortest, end};
  }
  return {};
}

}  // namespace

TEST_CASE("a separator is found where it ends first", "[separator_search]") {
  const separator_match match = look({"\n"}, "one\ntwo\n");
  CHECK(match.found);
  CHECK(match.start == 3);
  CHECK(match.end == 4);
  CHECK(!look({"\r\n"}, "one\rtwo\n").found);
}

TEST_CASE("the earliest end wins, also if its separator is the longer one", "[separator_search]") {
  const separator_match match = look({"d", "abc"}, "xabcd");
  CHECK(match.start == 1);
  CHECK(match.end == 4);
  const separator_match tie = look({"bc", "c"}, "abc");
  CHECK(tie.end == 3);
  CHECK(tie.start == 2);
}

TEST_CASE("what was looked at certainly has no separator", "[separator_search]") {
  const std::vector<std::string> separators{"abc"};
  separator_search search(separators);
  CHECK(!search.look("ab").found);
  CHECK(search.certain() == 0);
  CHECK(!search.look("xxab").found);
  CHECK(search.certain() == 2);
  const separator_match match = search.look("xxabc");
  CHECK(match.found);
  CHECK(match.start == 2);
}

TEST_CASE("searching piece by piece finds what searching at once does", "[separator_search]") {
  std::mt19937 random(20240117);
  const auto pick = [&random](std::size_t least, std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(least, most)(random);
  };
  const auto letters = [&](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += static_cast<char>('a' + pick(0, 1));
    return text;
  };
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::string> separators;
    for (std::size_t i = pick(1, 3); i != 0; --i) separators.push_back(letters(pick(1, 5)));
    const std::string text = letters(pick(0, 30));
    const separator_match wanted = by_hand(separators, text);
    separator_search search(separators);
    separator_match found;
    for (std::size_t seen = 0; !found.found;) {
      found = search.look(std::string_view(text).substr(0, seen));
      if (seen == text.size()) break;
      seen = std::min(text.size(), seen + pick(1, 4));
    }
    REQUIRE(found.found == wanted.found);
    if (wanted.found) {
      REQUIRE(found.end == wanted.end);
      REQUIRE(found.start == wanted.start);
    } else {
      REQUIRE(search.certain() <= text.size());
    }
  }
}
