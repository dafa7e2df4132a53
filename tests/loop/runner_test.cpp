// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/loop/runner.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "rill/core/yield.hpp"
#include "rill/loop/external_work.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/idle_reactor.hpp"
#include "rill/testing/virtual_clock.hpp"
#include "support/catch.hpp"
#include "support/witness.hpp"

using namespace std::chrono_literals;
using rill::cancelled_error;
using rill::coro;
using rill::create_task;
using rill_test::witness;

namespace {

// A loop without I/O, in virtual time.
class quiet_options {
 public:
  rill::loop_options get() {
    rill::loop_options options;
    options.custom_reactor = std::make_unique<rill::testing::idle_reactor>();
    options.clock = &clock_;
    return options;
  }

 private:
  rill::testing::virtual_clock clock_;
};

coro<int> give(int value) {
  co_await rill::sleep(1s);
  co_return value;
}
coro<> fail() {
  co_await rill::yield();
  throw std::runtime_error("main failed");
}

void collect(rill::event_loop& loop, std::vector<std::string>& reports) {
  loop.set_exception_handler([&reports](rill::event_loop&, const rill::exception_context& context) {
    reports.emplace_back(context.message);
  });
}

}  // namespace

TEST_CASE("run gives the value of main, or throws its error", "[runner]") {
  quiet_options quiet;
  CHECK(rill::run(give(4), quiet.get()) == 4);
  CHECK_THROWS_AS(rill::run(fail(), quiet.get()), std::runtime_error);
  rill::run([]() -> coro<> { co_return; }(), quiet.get());
  int number = 3;
  const auto refer = [](int& target) -> coro<int&> { co_return target; };
  int& same = rill::run(refer(number), quiet.get());
  CHECK(&same == &number);
  const auto own = []() -> coro<std::unique_ptr<int>> { co_return std::make_unique<int>(5); };
  const std::unique_ptr<int> owned = rill::run(own(), quiet.get());
  CHECK(*owned == 5);
}

TEST_CASE("a runner runs several mains on one loop", "[runner]") {
  quiet_options quiet;
  rill::runner here(quiet.get());
  CHECK(here.run(give(1)) == 1);
  const rill::event_loop* const loop = &here.loop();
  CHECK(here.run(give(2)) == 2);
  CHECK(&here.loop() == loop);
  int base = 40;
  CHECK(here.run([base](int value) -> coro<int> { co_return base + value; }, 2) == 42);
}

TEST_CASE("a closed runner refuses to run, and closes once more in silence", "[runner]") {
  quiet_options quiet;
  rill::runner here(quiet.get());
  CHECK(here.run(give(1)) == 1);
  here.close();
  here.close();
  CHECK_THROWS_AS(here.run(give(2)), rill::usage_error);
  CHECK_THROWS_AS(here.loop(), rill::usage_error);
  rill::runner never_used(quiet.get());
  never_used.close();
}

TEST_CASE("a task left over by main is cancelled and has ended when run returns [87]", "[runner]") {
  quiet_options quiet;
  std::string log;
  const auto hang = [](std::string& text) -> coro<> {
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
      text += "asked ";
    }
    co_await rill::sleep(1s);  // slow clean-up
    text += "cleaned up";
  };
  const auto main = [hang](std::string& text) -> coro<int> {
    create_task(hang, std::ref(text)).detach();
    co_await rill::yield();
    co_return 3;
  };
  CHECK(rill::run(main(log), quiet.get()) == 3);
  CHECK(log == "asked cleaned up");
}

TEST_CASE("errors of tasks left over are reported, main's value is given [88]", "[runner]") {
  quiet_options quiet;
  std::vector<std::string> reports;
  const auto hang = []() -> coro<> {
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
      throw std::runtime_error("in its clean-up");
    }
  };
  const auto main = [hang]() -> coro<int> {
    create_task(rill::task_options{.name = "left"}, hang).detach();
    co_await rill::yield();
    co_return 3;
  };
  {
    rill::runner here(quiet.get());
    collect(here.loop(), reports);
    CHECK(here.run(main) == 3);
    CHECK(reports.empty());
  }
  REQUIRE(reports.size() == 1);
  CHECK(reports[0] == "rill: task 'left' failed while the run was ending: in its clean-up");
}

TEST_CASE("tasks left over are ended although main failed", "[runner]") {
  quiet_options quiet;
  int alive = 0;
  const auto hang = [](witness held) -> coro<bool> {
    co_await rill::sleep(1h);
    co_return held.holds();
  };
  const auto main = [hang](int& count) -> coro<> {
    create_task(hang, witness(count)).detach();
    co_await rill::yield();
    throw std::runtime_error("main failed");
  };
  CHECK_THROWS_AS(rill::run(main(alive), quiet.get()), std::runtime_error);
  CHECK(alive == 0);
}

TEST_CASE("the teardown ends tasks first, then runs the hooks, then ends theirs", "[runner]") {
  quiet_options quiet;
  std::string log;
  const auto note_end = [](std::string& text, const char* what) -> coro<> {
    try {
      co_await rill::sleep(1h);
    } catch (const cancelled_error&) {
      text += what;
      throw;
    }
  };
  const auto main = [note_end](std::string& text) -> coro<> {
    rill::event_loop::running().add_shutdown_hook([&text, note_end]() -> coro<> {
      text += "hook ";
      create_task(note_end, std::ref(text), "late").detach();
      co_await rill::yield();
    });
    create_task(note_end, std::ref(text), "task ").detach();
    co_await rill::yield();
  };
  rill::run(main(log), quiet.get());
  CHECK(log == "task hook late");
}

TEST_CASE("a task that refuses to stop for a while is waited for", "[runner]") {
  quiet_options quiet;
  int refusals = 0;
  const auto stubborn = [](int& count) -> coro<> {
    for (int i = 0; i < 5; ++i) {
      try {
        co_await rill::sleep(1s);
      } catch (const cancelled_error&) {
        ++count;
      }
    }
  };
  const auto main = [stubborn](int& count) -> coro<> {
    create_task(stubborn, std::ref(count)).detach();
    co_await rill::yield();
  };
  rill::run(main(refusals), quiet.get());
  CHECK(refusals == 1);
}

TEST_CASE("main that cancels itself ends cancelled", "[runner]") {
  quiet_options quiet;
  const auto main = []() -> coro<> {
    rill::current_task().cancel("by itself");
    co_await rill::yield();
  };
  std::string reason;
  try {
    rill::run(main(), quiet.get());
  } catch (const cancelled_error& error) {
    reason = error.reason();
  }
  CHECK(reason == "by itself");
}

TEST_CASE("values of futures and tasks survive the run", "[runner]") {
  quiet_options quiet;
  rill::task<std::string> kept;
  const auto text = []() -> coro<std::string> { co_return std::string(100, 'x'); };
  const auto main = [&]() -> coro<> {
    kept = create_task(text);
    co_await kept;
  };
  rill::run(main(), quiet.get());
  CHECK(kept.result() == std::string(100, 'x'));
}

TEST_CASE("each thread may have its own run", "[runner]") {
  std::vector<int> values(4, 0);
  {
    std::vector<std::jthread> threads;
    for (std::size_t id = 0; id < values.size(); ++id) {
      threads.emplace_back([&values, id] {
        quiet_options quiet;
        values[id] = rill::run(give(static_cast<int>(id) + 1), quiet.get());
      });
    }
  }
  CHECK(values == std::vector<int>{1, 2, 3, 4});
}
