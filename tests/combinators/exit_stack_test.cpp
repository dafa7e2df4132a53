// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/exit_stack.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "combinators/outcomes.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/exception_context.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/virtual_run.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::create_task;
using rill::exit_stack;
using rill::task;
using rill::with_exit_stack;
using rill_test::outcome_of;

namespace {

class door {
 public:
  door(std::string& log, char name, bool opens = true, bool closes = true)
      : log_(&log), name_(name), opens_(opens), closes_(closes) {}
  coro<> open() {
    co_await rill::sleep(1s);
    if (!opens_) throw std::runtime_error(std::string("stuck ") + name_);
    *log_ += name_;
  }
  coro<> close() {
    co_await rill::sleep(1s);
    *log_ += static_cast<char>(name_ - 'a' + 'A');
    if (!closes_) throw std::runtime_error(std::string("broken ") + name_);
  }
  char name() const { return name_; }

 private:
  std::string* log_;
  char name_;
  bool opens_;
  bool closes_;
};

}  // namespace

RILL_TEST_CASE("closed in reverse order, resources and callbacks", "[exit_stack]") {
  std::string log;
  door lent(log, 'c');
  const auto body = [&](exit_stack& stack) -> coro<int> {
    door& a = co_await stack.enter(door(log, 'a'));
    door& b = co_await stack.enter(door(log, 'b'));
    stack.callback([&log] { log += '1'; });
    door& c = co_await stack.enter(lent);
    stack.callback([&log]() -> coro<> {
      co_await rill::sleep(1s);
      log += '2';
    });
    stack.push([&log](std::exception_ptr error) -> coro<> {
      log += error ? 'e' : '3';
      co_return;
    });
    CHECK(stack.size() == 6);
    CHECK(&c == &lent);
    log += '-';
    co_return a.name() + b.name();
  };
  const int sum = co_await with_exit_stack(body);
  CHECK(sum == 'a' + 'b');
  CHECK(log == "abc-32C1BA");
}

RILL_TEST_CASE("what fails to open closes what is open", "[exit_stack]") {
  std::string log;
  const auto block = [](std::string& to) -> coro<> {
    const auto body = [&to](exit_stack& stack) -> coro<> {
      co_await stack.enter(door(to, 'a'));
      co_await stack.enter(door(to, 'b'));
      co_await stack.enter(door(to, 'c', false));
    };
    co_await with_exit_stack(body);
  };
  const std::string outcome = co_await outcome_of(block(log));
  CHECK(outcome == "stuck c");
  CHECK(log == "abBA");
}

RILL_TEST_CASE("all are closed although some fail; each is told of the latest error",
               "[exit_stack]") {
  std::string log;
  const auto block = [](std::string& to) -> coro<> {
    const auto body = [&to](exit_stack& stack) -> coro<> {
      stack.push([&to](std::exception_ptr error) -> coro<> {
        to += " told " + rill::describe_exception(error);
        co_return;
      });
      co_await stack.enter(door(to, 'a'));
      co_await stack.enter(door(to, 'b', true, false));
      co_await stack.enter(door(to, 'c', true, false));
      throw std::logic_error("body");
    };
    co_await with_exit_stack(body);
  };
  const std::string outcome = co_await outcome_of(block(log));
  CHECK(outcome == "3: body broken c broken b");
  CHECK(log == "abcCBA told broken b");
}

RILL_TEST_CASE("a cancellation closes all, a second one waits for it", "[exit_stack]") {
  std::string log;
  const auto block = [](std::string& to) -> coro<> {
    const auto body = [&to](exit_stack& stack) -> coro<> {
      co_await stack.enter(door(to, 'a'));
      co_await stack.enter(door(to, 'b'));
      co_await rill::sleep(1h);
    };
    co_await with_exit_stack(body);
  };
  const task<> one = create_task(block(log));
  co_await rill::sleep(3s);
  one.cancel("first");
  co_await rill::sleep(500ms);
  one.cancel("second");
  const auto joins = [](const task<>& other) -> coro<> { co_await other; };
  const std::string outcome = co_await outcome_of(joins(one));
  CHECK(outcome == "cancelled second");
  CHECK(log == "abBA");
  CHECK(rill::loop_clock::now() == rill::time_point(5s));
}

RILL_TEST_CASE("taken out, it is closed by hand, or reported", "[exit_stack]") {
  std::string log;
  std::optional<exit_stack> kept;
  const auto body = [&](exit_stack& stack) -> coro<> {
    co_await stack.enter(door(log, 'a'));
    co_await stack.enter(door(log, 'b'));
    kept.emplace(stack.pop_all());
  };
  co_await with_exit_stack(body);
  CHECK(log == "ab");
  co_await kept->close();
  CHECK(log == "abBA");
  co_await kept->close();
  CHECK(kept->size() == 0);
  co_await kept->enter(door(log, 'c'));
  kept.reset();
  const auto reports = rill::testing::take_reports();
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].find("close()") != std::string::npos);
}
