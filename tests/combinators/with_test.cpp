// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/with.hpp"

#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "combinators/outcomes.hpp"
#include "rill/combinators/exception_group.hpp"
#include "rill/combinators/wait_for.hpp"
#include "rill/core/async_generator.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/exception_context.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::create_task;
using rill::task;
using rill::with;
using rill_test::outcome_of;

namespace {

/// Says in a log what is done with it.
class door {
 public:
  explicit door(std::string& log, bool opens = true, bool closes = true)
      : log_(&log), opens_(opens), closes_(closes) {}
  coro<> open() {
    co_await rill::sleep(1s);
    if (!opens_) throw std::runtime_error("stuck");
    *log_ += "open ";
  }
  coro<> close() {
    co_await rill::sleep(1s);
    *log_ += "closed";
    if (!closes_) throw std::runtime_error("does not close");
  }
  std::string& log() { return *log_; }

 private:
  std::string* log_;
  bool opens_;
  bool closes_;
};

/// Has no open(), and is told how the body was left.
struct transaction {
  explicit transaction(std::string& to) : log(&to) {}
  coro<> close(std::exception_ptr error) {
    *log += error ? "rolled back: " + rill::describe_exception(error) : "committed";
    co_return;
  }
  std::string* log;
};

coro<> passes(door& here) {
  here.log() += "inside ";
  co_await rill::sleep(1s);
}
coro<> stumbles(door& here) {
  here.log() += "inside ";
  co_await rill::sleep(1s);
  throw std::runtime_error("stumbled");
}

coro<door> opened(std::string& log) {
  door made(log);
  co_await made.open();
  co_return made;
}

}  // namespace

RILL_TEST_CASE("opened, used, closed, and the body's value", "[with]") {
  std::string log;
  const auto body = [](door& here) -> coro<std::unique_ptr<int>> {
    co_await passes(here);
    co_return std::make_unique<int>(7);
  };
  const auto value = co_await with(door(log), body);
  CHECK(*value == 7);
  CHECK(log == "open inside closed");
  CHECK(rill::loop_clock::now() == rill::time_point(3s));
  log.clear();
  door kept(log);
  const auto same = [&kept](door& here) -> coro<bool> { co_return &here == &kept; };
  const bool referred = co_await with(kept, same);
  CHECK(referred);
  log.clear();
  co_await with(opened(log), &passes);
  CHECK(log == "open inside closed");
}

RILL_TEST_CASE("what does not open is not closed", "[with]") {
  std::string log;
  const auto block = [](std::string& to) -> coro<> { co_await with(door(to, false), &passes); };
  const std::string outcome = co_await outcome_of(block(log));
  CHECK(outcome == "stuck");
  CHECK(log.empty());
}

RILL_TEST_CASE("errors of the body and of the closing", "[with]") {
  std::string log;
  const auto block = [](std::string& to, bool closes, coro<> (*body)(door&)) -> coro<> {
    co_await with(door(to, true, closes), body);
  };
  std::string outcome = co_await outcome_of(block(log, true, &stumbles));
  CHECK(outcome == "stumbled");
  CHECK(log == "open inside closed");
  outcome = co_await outcome_of(block(log, false, &passes));
  CHECK(outcome == "does not close");
  outcome = co_await outcome_of(block(log, false, &stumbles));
  CHECK(outcome == "2: stumbled does not close");
}

RILL_TEST_CASE("close() may be told how the body was left", "[with]") {
  std::string log;
  const auto fails = [](transaction&) -> coro<> {
    throw std::runtime_error("no such table");
    co_return;
  };
  const auto works = [](transaction&) -> coro<> { co_return; };
  const auto block = [&fails](std::string& to) -> coro<> { co_await with(transaction(to), fails); };
  const std::string outcome = co_await outcome_of(block(log));
  CHECK(outcome == "no such table");
  CHECK(log == "rolled back: no such table");
  log.clear();
  co_await with(transaction(log), works);
  CHECK(log == "committed");
}

RILL_TEST_CASE("a cancellation strikes opening and body, and waits for the closing", "[with]") {
  std::string log;
  const auto block = [](std::string& to) -> coro<> {
    co_await with(door(to), &passes);
    to += ", not reached";
  };
  for (const auto after : {500ms, 1500ms, 2500ms}) {
    log.clear();
    const rill::time_point begun = rill::loop_clock::now();
    const task<> one = create_task(block(log));
    co_await rill::sleep(after);
    one.cancel("enough");
    if (after == 1500ms) {
      co_await rill::sleep(200ms);
      one.cancel("at once");
    }
    const auto joins = [](const task<>& other) -> coro<> { co_await other; };
    const std::string outcome = co_await outcome_of(joins(one));
    const auto took = rill::loop_clock::now() - begun;
    if (after == 500ms) {
      CHECK(log.empty());
      CHECK(outcome == "cancelled enough");
      CHECK(took == 500ms);
    } else if (after == 1500ms) {
      CHECK(log == "open inside closed");
      CHECK(outcome == "cancelled at once");
      CHECK(took == 2500ms);
    } else {
      // It was over: the value is given, and there is no further await for it to strike.
      CHECK(log == "open inside closed, not reached");
      CHECK(outcome == "ended");
    }
  }
}

RILL_TEST_CASE("a limit around it", "[with]") {
  std::string log;
  const auto block = [](std::string& to) -> coro<> {
    co_await rill::wait_for(with(door(to), &passes), 1500ms);
  };
  const std::string outcome = co_await outcome_of(block(log));
  CHECK(outcome.find("time limit") != std::string::npos);
  CHECK(log == "open inside closed");
}

RILL_TEST_CASE("a failed closing does not swallow the cancellation", "[with]") {
  std::string log;
  const auto block = [](std::string& to) -> coro<> {
    try {
      co_await with(door(to, true, false), &passes);
    } catch (const std::runtime_error& error) {
      to += std::string(" ") + error.what();
    }
    co_await rill::sleep(1s);
    to += " not reached";
  };
  const task<> one = create_task(block(log));
  co_await rill::sleep(1500ms);
  one.cancel();
  co_await rill::sleep(5s);
  CHECK(one.cancelled());
  CHECK(log == "open inside closed does not close");
}

RILL_TEST_CASE("an async generator is closed behind the body, while its consumer still lives",
               "[with]") {
  std::string log;
  const auto endless = [](std::string& to) -> rill::async_generator<int> {
    bool closing = false;
    while (!closing) {
      try {
        co_yield 1;
      } catch (const rill::generator_exit&) {
        closing = true;
      }
    }
    co_await rill::sleep(1s);
    to += "x";
  };
  const auto body = [](rill::async_generator<int>& numbers) -> coro<int> {
    const auto first = co_await numbers.next();
    co_return first.value_or(-1);
  };
  const int first = co_await rill::with(endless(log), body);
  CHECK(first == 1);
  CHECK(log == "x");
}
