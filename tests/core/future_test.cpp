// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/core/future.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"
#include "support/witness.hpp"

using rill::any_future;
using rill::coro;
using rill::create_future;
using rill::create_task;
using rill::future;
using rill::testing::step_loop;
using rill::testing::take_reports;
using rill_test::witness;

RILL_TEST_CASE("a future is read early, then any number of times, and set once [26]", "[future]") {
  const future<int> number = create_future<int>();
  CHECK(!number.done());
  CHECK_THROWS_AS(number.result(), rill::invalid_state_error);
  CHECK_THROWS_AS(number.exception(), rill::invalid_state_error);
  number.set_result(5);
  CHECK(number.done());
  CHECK(!number.cancelled());
  CHECK(number.result() == 5);
  CHECK(number.result() == 5);
  CHECK(number.exception() == nullptr);
  CHECK_THROWS_AS(number.set_result(6), rill::invalid_state_error);
  CHECK_THROWS_AS(number.set_exception(std::runtime_error("late")), rill::invalid_state_error);
  const int awaited = co_await number;
  const int again = co_await number;
  CHECK(awaited + again == 10);
}

RILL_TEST_CASE("a future that is done is awaited without a turn", "[future]") {
  const future<int> number = create_future<int>();
  number.set_result(1);
  bool turned = false;
  rill::event_loop::running().call_soon([&] { turned = true; });
  const int value = co_await number;
  CHECK(value == 1);
  CHECK(!turned);
  co_await rill::yield();
  CHECK(turned);
}

RILL_TEST_CASE("futures of void, references, and move-only values", "[future]") {
  const future<> nothing = create_future();
  nothing.set_result();
  co_await nothing;
  int number = 3;
  const future<int&> reference = create_future<int&>();
  reference.set_result(number);
  int& same = co_await reference;
  CHECK(&same == &number);
  future<std::unique_ptr<int>> owned = create_future<std::unique_ptr<int>>();
  owned.set_result(std::make_unique<int>(8));
  const std::unique_ptr<int>& seen = co_await owned;
  CHECK(*seen == 8);
  const std::unique_ptr<int> taken = co_await std::move(owned);
  CHECK(*taken == 8);
}

RILL_TEST_CASE("an error that was set is thrown, as often as asked", "[future]") {
  const future<int> failed = create_future<int>();
  CHECK_THROWS_AS(failed.set_exception(std::exception_ptr()), rill::usage_error);
  failed.set_exception(std::out_of_range("far"));
  CHECK_THROWS_AS(failed.result(), std::out_of_range);
  CHECK_THROWS_AS(failed.result(), std::out_of_range);
  CHECK(failed.exception() != nullptr);
  std::string text;
  try {
    const int value = co_await failed;
    static_cast<void>(value);
  } catch (const std::out_of_range& error) {
    text = error.what();
  }
  CHECK(text == "far");
}

RILL_TEST_CASE("setting a cancelled_error cancels", "[future]") {
  const future<int> ended = create_future<int>();
  ended.set_exception(rill::cancelled_error("why"));
  CHECK(ended.cancelled());
  CHECK_THROWS_AS(ended.result(), rill::cancelled_error);
  CHECK_THROWS_AS(ended.exception(), rill::cancelled_error);
  co_return;
}

RILL_TEST_CASE("waiters go on through the loop, in order of their waiting", "[future]") {
  const future<> gate = create_future();
  std::string log;
  const auto wait = [](const future<>& opened, std::string& text, char letter) -> coro<> {
    co_await opened;
    text += letter;
  };
  const rill::task<> a = create_task(wait, gate, std::ref(log), 'a');
  const rill::task<> b = create_task(wait, gate, std::ref(log), 'b');
  co_await rill::yield();
  gate.set_result();
  CHECK(log.empty());
  rill::event_loop::running().call_soon([&] { log += "c"; });
  co_await a;
  co_await b;
  CHECK(log == "abc");
}

RILL_TEST_CASE("done-callbacks run later, once each, in order of registration", "[future]") {
  const future<int> number = create_future<int>();
  std::vector<int> order;
  number.add_done_callback([&] { order.push_back(1); });
  number.add_done_callback([&](const any_future& done) { order.push_back(done.done() ? 2 : -2); });
  number.add_done_callback([&] { order.push_back(3); });
  number.set_result(0);
  CHECK(order.empty());
  number.add_done_callback([&] { order.push_back(4); });
  CHECK(order.empty());
  co_await rill::yield();
  CHECK(order == std::vector<int>{1, 2, 3, 4});
  co_await rill::yield();
  CHECK(order.size() == 4);
}

namespace {

int plain_calls = 0;
void count_plain() { ++plain_calls; }
void count_other(const any_future& /*done*/) { plain_calls += 100; }

}  // namespace

RILL_TEST_CASE("removing a callback takes out every registration of it [28]", "[future]") {
  plain_calls = 0;
  const future<> gate = create_future();
  int others = 0;
  gate.add_done_callback(&count_plain);
  gate.add_done_callback([&] { ++others; });
  gate.add_done_callback(&count_plain);
  gate.add_done_callback(&count_other);
  const rill::done_callback_id named = gate.add_done_callback([&] { others += 10; });
  CHECK(gate.remove_done_callback(&count_plain) == 2);
  CHECK(gate.remove_done_callback(&count_plain) == 0);
  CHECK(gate.remove_done_callback(named) == 1);
  gate.set_result();
  co_await rill::yield();
  CHECK(plain_calls == 100);
  CHECK(others == 1);
}

RILL_TEST_CASE("a callback that throws is reported, the others still run", "[future]") {
  const future<> gate = create_future();
  bool ran = false;
  gate.add_done_callback([] { throw std::runtime_error("in a callback"); });
  gate.add_done_callback([&] { ran = true; });
  gate.set_result();
  co_await rill::yield();
  CHECK(ran);
  const std::vector<std::string> reports = take_reports();
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].find("a done-callback has thrown: in a callback") != std::string::npos);
}

RILL_TEST_CASE("cancelling a future wakes its waiters with the reason", "[future]") {
  const future<int> number = create_future<int>();
  const auto wait = [](const future<int>& awaited) -> coro<std::string> {
    try {
      const int value = co_await awaited;
      co_return std::to_string(value);
    } catch (const rill::cancelled_error& error) {
      co_return std::string(error.reason());
    }
  };
  const rill::task<std::string> waiter = create_task(wait, number);
  co_await rill::yield();
  CHECK(number.cancel("enough"));
  CHECK(!number.cancel("again"));
  CHECK(number.cancelled());
  const std::string reason = co_await waiter;
  CHECK(reason == "enough");
  CHECK_THROWS_AS(number.set_result(1), rill::invalid_state_error);
}

RILL_TEST_CASE("a failure that nobody looked at is reported with the last handle [27]",
               "[future]") {
  {
    const future<> kept = create_future();
    kept.set_exception(std::runtime_error("unseen"));
    co_await rill::yield();
    CHECK(take_reports().empty());
  }
  const std::vector<std::string> reports = take_reports();
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].find("a future failed and nobody has looked at it: unseen") !=
        std::string::npos);
}

RILL_TEST_CASE("a failure that was looked at is not reported", "[future]") {
  {
    const future<> by_result = create_future();
    by_result.set_exception(std::runtime_error("seen"));
    CHECK_THROWS_AS(by_result.result(), std::runtime_error);
    const future<> by_exception = create_future();
    by_exception.set_exception(std::runtime_error("seen"));
    CHECK(by_exception.exception() != nullptr);
    const future<> by_cancel = create_future();
    by_cancel.set_exception(std::runtime_error("seen"));
    CHECK(!by_cancel.cancel());
    const future<> cancelled = create_future();
    cancelled.cancel();
    const future<> pending = create_future();
  }
  CHECK(take_reports().empty());
  co_return;
}

TEST_CASE("a future of another loop cannot be awaited", "[future]") {
  step_loop here;
  step_loop there;
  const future<int> foreign = there.loop().create_future<int>();
  const auto wait = [](const future<int>& awaited) -> coro<int> { co_return co_await awaited; };
  const rill::task<int> task = here.loop().create_task(wait, foreign);
  here.settle();
  REQUIRE(task.done());
  CHECK_THROWS_AS(task.result(), rill::usage_error);
  foreign.set_result(1);
}

RILL_TEST_CASE("an empty handle cannot be awaited", "[future]") {
  const future<int> empty;
  CHECK(!static_cast<bool>(empty));
  bool refused = false;
  try {
    const int value = co_await empty;
    static_cast<void>(value);
  } catch (const rill::usage_error&) {
    refused = true;
  }
  CHECK(refused);
}

RILL_TEST_CASE("a value is destroyed with the last handle", "[future]") {
  int alive = 0;
  {
    const future<witness> held = create_future<witness>();
    const any_future copy = held;
    held.set_result(alive);
    CHECK(alive == 1);
    CHECK(copy == held);
  }
  CHECK(alive == 0);
  co_return;
}

TEST_CASE("callbacks still queued when the loop is closed are destroyed unrun", "[future]") {
  int alive = 0;
  bool ran = false;
  {
    step_loop steps;
    const future<> gate = steps.loop().create_future();
    gate.add_done_callback([held = witness(alive), &ran] { ran = held.holds(); });
    gate.set_result();
    const future<> never = steps.loop().create_future();
    never.add_done_callback([held = witness(alive), &ran] { ran = held.holds(); });
    CHECK(alive == 2);
    steps.loop().close();
  }
  CHECK(!ran);
  CHECK(alive == 0);
}

TEST_CASE("a future outlives its loop", "[future]") {
  future<int> number;
  {
    step_loop steps;
    number = steps.loop().create_future<int>();
  }
  number.set_result(4);
  CHECK(number.result() == 4);
}
