// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/submit.hpp"

#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace {

class inline_executor final : public rill::executor {
 public:
  void execute(rill::job work) override { work.run(); }
};

class keeping_executor final : public rill::executor {
 public:
  void execute(rill::job work) override { kept.push_back(std::move(work)); }
  std::vector<rill::job> kept;
};

class refusing_executor final : public rill::executor {
 public:
  void execute(rill::job /*work*/) override { throw std::length_error("full"); }
};

int add(int a, int b) { return a + b; }

}  // namespace

TEST_CASE("a function and its arguments go straight through", "[submit]") {
  inline_executor here;
  CHECK(rill::submit(here, add, 2, 3).result() == 5);
  const auto size = [](const std::string& text) { return text.size(); };
  CHECK(rill::submit(here, size, "four").result() == 4);
  auto moved =
      rill::submit(here, [](std::unique_ptr<int> one) { return one; }, std::make_unique<int>(7));
  CHECK(*std::move(moved).result() == 7);
  int seven = 7;
  const auto refer = [&seven]() -> int& { return seven; };
  CHECK(&rill::submit(here, refer).result() == &seven);
}

TEST_CASE("errors of any type come out where the result is asked for", "[submit]") {
  inline_executor here;
  const auto failed = rill::submit(here, [] { throw std::runtime_error("no"); });
  CHECK_THROWS_AS(failed.result(), std::runtime_error);
  CHECK(failed.exception() != nullptr);
  const auto odd = rill::submit(here, [] { throw 7; });
  CHECK_THROWS_AS(odd.result(), int);
}

TEST_CASE("what a job was given is gone when it has ended, or was cancelled", "[submit]") {
  keeping_executor later;
  const auto given = std::make_shared<int>(1);
  const auto use = [](const std::shared_ptr<int>& one) { return *one; };
  const auto runs = rill::submit(later, use, given);
  const auto never = rill::submit(later, use, given);
  CHECK(given.use_count() == 3);
  CHECK(never.cancel());
  CHECK(given.use_count() == 2);
  later.kept.front().run();
  CHECK(given.use_count() == 1);
  CHECK(runs.result() == 1);
}

TEST_CASE("a function may take a stop token before its arguments", "[submit]") {
  keeping_executor later;
  rill::executor_future<bool> stopped;
  const auto ask = [&stopped](const std::stop_token& token, int given) {
    const bool before = token.stop_requested();
    CHECK(!stopped.cancel());
    return given == 1 && !before && token.stop_requested();
  };
  stopped = rill::submit(later, ask, 1);
  later.kept.front().run();
  CHECK(stopped.result());
}

TEST_CASE("what the executor throws, submit throws", "[submit]") {
  refusing_executor full;
  CHECK_THROWS_AS(rill::submit(full, add, 1, 1), std::length_error);
}
