// SPDX-License-Identifier: BSL-1.0
#include "rill/base/detail/shared_text.hpp"

#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace {

using rill::detail::shared_text;

TEST_CASE("an empty shared_text is a null pointer") {
  STATIC_REQUIRE(sizeof(shared_text) == sizeof(void*));
  CHECK(shared_text().empty());
  CHECK(shared_text("").empty());
  CHECK(shared_text().view().empty());
}

TEST_CASE("a shared_text copies the text it is made of") {
  std::string source = "reason";
  const shared_text text(source);
  source = "other";
  CHECK(text.view() == "reason");
  CHECK_FALSE(text.empty());
}

TEST_CASE("any characters and any length are kept") {
  const std::string zeros("a\0b\0", 4);
  CHECK(shared_text(zeros).view() == zeros);
  const std::string large(100000, 'x');
  CHECK(shared_text(large).view() == large);
}

TEST_CASE("copies share the characters") {
  const shared_text first("shared");
  const shared_text second = first;
  CHECK(first.view().data() == second.view().data());
  STATIC_REQUIRE(std::is_nothrow_copy_constructible_v<shared_text>);
  STATIC_REQUIRE(std::is_nothrow_copy_assignable_v<shared_text>);
  STATIC_REQUIRE(std::is_nothrow_move_constructible_v<shared_text>);
}

TEST_CASE("a shared_text outlives the one it was copied from") {
  shared_text kept;
  {
    const shared_text source("stays");
    kept = source;
  }
  CHECK(kept.view() == "stays");
  kept = shared_text("new");
  CHECK(kept.view() == "new");
}

TEST_CASE("moving leaves an empty text") {
  shared_text from("moved");
  const shared_text to = std::move(from);
  CHECK(from.empty());  // NOLINT(bugprone-use-after-move): the state promised
  CHECK(to.view() == "moved");
}

TEST_CASE("assigning a text to itself keeps it") {
  shared_text text("same");
  const shared_text& same = text;
  text = same;
  CHECK(text.view() == "same");
}

TEST_CASE("texts compare by their characters") {
  CHECK(shared_text("a") == shared_text("a"));
  CHECK(shared_text("a") != shared_text("b"));
  CHECK(shared_text() == shared_text(""));
}

TEST_CASE("threads copy and drop one text at once") {
  const shared_text source("for everybody");
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 3; ++thread) {
    threads.emplace_back([mine = source] {
      for (int step = 0; step < 5000; ++step) {
        const shared_text copy = mine;
        if (copy.view().size() != 13) throw step;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(source.view() == "for everybody");
}

}  // namespace
