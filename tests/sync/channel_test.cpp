// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/channel.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rill/combinators/gather.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/sync/sync_errors.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

using namespace std::chrono_literals;
using rill::channel;
using rill::coro;
using rill::create_task;
using rill::receiver;
using rill::sender;
using rill::task;
using rill_test::let_run;

namespace {

coro<> sends(sender<int> out, int first, int count) {
  for (int i = 0; i < count; ++i) co_await out.send(first + i);
}
coro<int> sums(receiver<int> in) {
  int sum = 0;
  while (auto item = co_await in.next()) sum += *item;
  co_return sum;
}

}  // namespace

RILL_TEST_CASE("several senders, several receivers, and the end", "[channel]") {
  for (const int capacity : {0, 1, 10}) {
    auto [out, in] = channel<int>(capacity);
    auto first = sends(out, 0, 100);
    auto second = sends(std::move(out), 1'000, 100);
    auto one = sums(in);
    auto other = sums(std::move(in));
    const auto [a, b, sum, rest] = co_await rill::gather(std::move(first), std::move(second),
                                                         std::move(one), std::move(other));
    static_cast<void>(a);
    static_cast<void>(b);
    CHECK(sum + rest == 99 * 50 + 99 * 50 + 100 * 1'000);
    CHECK(sum != 0);
    CHECK(rest != 0);
  }
}

RILL_TEST_CASE("without room a send is over when somebody has received", "[channel]") {
  auto [out, in] = channel<int>(0);
  CHECK(!out.try_send(1));
  const task<> sending = create_task(sends(out, 1, 1));
  co_await let_run();
  CHECK(!sending.done());
  CHECK(in.stats().sending == 1);
  const auto got = in.try_next();
  CHECK(got == 1);
  co_await let_run();
  CHECK(sending.done());
  const auto none = in.try_next();
  CHECK(!none.has_value());
}

RILL_TEST_CASE("the last sender goes: what is in comes out, then the end", "[channel]") {
  auto [out, in] = channel<int>(5);
  sender<int> other = out;
  CHECK(out.try_send(1));
  out.close();
  out.close();
  CHECK(!out);
  CHECK(!in.at_end());
  CHECK(other.try_send(2));
  other = sender<int>();
  const auto one = co_await in.next();
  const auto two = co_await in.next();
  const auto end = co_await in.next();
  CHECK(*one + *two == 3);
  CHECK(!end.has_value());
  CHECK(in.at_end());
}

RILL_TEST_CASE("receivers that wait are told of the end", "[channel]") {
  auto [out, in] = channel<int>(0);
  const task<int> waiting = create_task(sums(std::move(in)));
  co_await let_run();
  out.close();
  co_await let_run();
  CHECK(waiting.result() == 0);
}

RILL_TEST_CASE("the last receiver goes: senders are told, what is left is dropped", "[channel]") {
  auto [out, in] = channel<std::shared_ptr<int>>(1);
  auto item = std::make_shared<int>(1);
  CHECK(out.try_send(item));
  const auto send = [](sender<std::shared_ptr<int>> to, std::shared_ptr<int> what) -> coro<> {
    co_await to.send(std::move(what));
  };
  const task<> waiting = create_task(send, out, item);
  co_await let_run();
  in.close();
  co_await let_run();
  REQUIRE(waiting.done());
  CHECK_THROWS_AS(waiting.result(), rill::channel_closed);
  CHECK(item.use_count() == 1);
  CHECK_THROWS_AS(out.try_send(item), rill::channel_closed);
  bool refused = false;
  try {
    co_await out.send(item);
  } catch (const rill::channel_closed&) {
    refused = true;
  }
  CHECK(refused);
}

RILL_TEST_CASE("cancelled before and behind the hand-over", "[channel]") {
  auto [out, in] = channel<int>(0);
  std::string log;
  const auto takes = [](receiver<int> from, std::string& to) -> coro<> {
    const auto item = co_await from.next();
    to += "got " + std::to_string(*item);
    co_await rill::sleep(1s);
    to += " not reached";
  };
  const task<> early = create_task(takes, in, std::ref(log));
  const task<> late = create_task(takes, in, std::ref(log));
  co_await let_run();
  early.cancel();
  CHECK(out.try_send(7));
  late.cancel();
  co_await let_run();
  CHECK(log == "got 7");
  CHECK(early.cancelled());
  CHECK(late.cancelled());
  const task<> sending = create_task(sends(out, 1, 1));
  co_await let_run();
  sending.cancel();
  co_await let_run();
  CHECK(sending.cancelled());
  CHECK(!in.try_next().has_value());
}

RILL_TEST_CASE("misuse of ends is told", "[channel]") {
  CHECK_THROWS_AS(channel<int>(-1), std::invalid_argument);
  sender<int> none;
  CHECK(!none);
  CHECK_THROWS_AS(none.try_send(1), rill::usage_error);
  auto [out, in] = channel<int>(1);
  in.close();
  std::string what;
  try {
    co_await in.next();
  } catch (const rill::usage_error& error) {
    what = error.what();
  }
  CHECK(what.find("this receiver") != std::string::npos);
  CHECK(out.stats().receivers == 0);
}

TEST_CASE("a channel whose ends go with their loop", "[channel]") {
  auto item = std::make_shared<int>(1);
  {
    rill::testing::step_loop steps;
    const auto send = [](std::shared_ptr<int> what) -> coro<> {
      auto [out, in] = channel<std::shared_ptr<int>>(0);
      const sender<std::shared_ptr<int>> further = out;
      co_await further.send(std::move(what));
    };
    const task<> left = steps.loop().create_task(send, item);
    steps.settle();
    CHECK(!left.done());
  }
  CHECK(item.use_count() == 1);
}

TEST_CASE("an item that was handed over when the loop ended is in the channel again", "[channel]") {
  auto [out, in] = channel<int>(1);
  {
    rill::testing::step_loop steps;
    const task<int> waiting = steps.loop().create_task(sums(in));
    steps.settle();
    CHECK(out.try_send(7));
  }
  CHECK(in.try_next() == 7);
}
