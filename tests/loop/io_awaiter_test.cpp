// SPDX-License-Identifier: BSL-1.0
#include "rill/loop/io_awaiter.hpp"

#include <memory>
#include <string>

#include "rill/core/call_graph.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/testing/virtual_clock.hpp"
#include "support/catch.hpp"
#include "support/scripted_reactor.hpp"

using rill::coro;
using rill::task;
using rill_test::scripted_reactor;

namespace {

// How many operations were destroyed while the reactor held them.
int destroyed_early = 0;

class [[nodiscard]] receive_awaiter final : public rill::detail::io_awaiter {
 public:
  explicit receive_awaiter(rill::reactor& owner) noexcept : io_awaiter(owner) {
    kind = rill::io_kind::receive;
  }
  receive_awaiter(const receive_awaiter&) = delete;
  receive_awaiter& operator=(const receive_awaiter&) = delete;
  ~receive_awaiter() {
    if (static_cast<scripted_reactor&>(owner_reactor()).holds(*this)) ++destroyed_early;
  }
  std::int64_t await_resume() { return finish(); }
};

// A loop on a scripted reactor, driven by hand.
class scripted_loop {
 public:
  scripted_loop() : loop(make_options()) {}

  template <class Callable, class... Args>
  auto start(Callable callable, Args&&... args) {
    auto made = loop.create_task(std::move(callable), std::forward<Args>(args)...);
    settle();
    return made;
  }
  void settle() {
    while (loop.run_once()) {
    }
  }

  rill::testing::virtual_clock clock;
  scripted_reactor* script = nullptr;
  rill::event_loop loop;

 private:
  rill::loop_options make_options() {
    auto made = std::make_unique<scripted_reactor>();
    script = made.get();
    rill::loop_options options;
    options.custom_reactor = std::move(made);
    options.clock = &clock;
    return options;
  }
};

coro<std::int64_t> receive(rill::reactor& owner) {
  const std::int64_t result = co_await receive_awaiter(owner);
  co_return result;
}

coro<> receive_then_yield(rill::reactor& owner, std::string& log) {
  const std::int64_t result = co_await receive_awaiter(owner);
  log += std::to_string(result);
  co_await rill::yield();
  log += " passed";
}

}  // namespace

TEST_CASE("an operation that ends at once does not suspend", "[io_awaiter]") {
  scripted_loop here;
  here.script->ends_at_once = true;
  here.script->immediate_result = 12;
  const task<std::int64_t> reader = here.loop.create_task(receive(*here.script));
  here.loop.run_once();
  REQUIRE(reader.done());
  CHECK(reader.result() == 12);
}

TEST_CASE("a pending operation ends inside the reactor's wait", "[io_awaiter]") {
  scripted_loop here;
  const task<std::int64_t> reader = here.start(receive, std::ref(*here.script));
  CHECK(!reader.done());
  REQUIRE(here.script->in_flight().size() == 1);
  CHECK(rill::format_call_graph(reader).find("awaits receive at") != std::string::npos);
  here.script->finish(*here.script->in_flight().front(), 7);
  CHECK(!reader.done());
  here.settle();
  REQUIRE(reader.done());
  CHECK(reader.result() == 7);
}

TEST_CASE("after 64 operations that end at once others may run", "[io_awaiter]") {
  scripted_loop here;
  here.script->ends_at_once = true;
  int seen_at = -1;
  int count = 0;
  const auto greedy = [](rill::reactor& owner, int& done) -> coro<> {
    for (; done < 200; ++done) {
      const std::int64_t result = co_await receive_awaiter(owner);
      static_cast<void>(result);
    }
  };
  const task<> reader = here.loop.create_task(greedy, std::ref(*here.script), std::ref(count));
  here.loop.call_soon([&] { seen_at = count; });
  here.settle();
  CHECK(reader.done());
  CHECK(count == 200);
  CHECK(seen_at > 0);
  CHECK(seen_at <= 64);
}

TEST_CASE("an operation that is withdrawn never happened", "[io_awaiter]") {
  scripted_loop here;
  const task<std::int64_t> reader = here.start(receive, std::ref(*here.script));
  reader.cancel("stop");
  CHECK(here.script->in_flight().empty());
  here.settle();
  CHECK(reader.cancelled());
  CHECK(here.script->cancels == 1);
}

TEST_CASE("where the answer follows, the task waits for it", "[io_awaiter]") {
  scripted_loop here;
  here.script->cancel_answer = rill::io_cancel::follows;
  std::string log;
  const task<> reader = here.start(receive_then_yield, std::ref(*here.script), std::ref(log));
  reader.cancel();
  CHECK(!reader.done());
  CHECK(here.script->pending() == 1);
  here.settle();
  CHECK(reader.cancelled());
  CHECK(log.empty());
}

TEST_CASE("cancelled too late, the result arrives and the next await throws", "[io_awaiter]") {
  scripted_loop here;
  here.script->cancel_answer = rill::io_cancel::follows;
  here.script->cancelled_result = 9;
  std::string log;
  const task<> reader = here.start(receive_then_yield, std::ref(*here.script), std::ref(log));
  reader.cancel();
  here.settle();
  CHECK(log == "9");
  CHECK(reader.cancelled());
}

TEST_CASE("completed in the turn of the cancellation, in both orders", "[io_awaiter]") {
  for (const rill::io_cancel answer : {rill::io_cancel::withdrawn, rill::io_cancel::follows}) {
    scripted_loop here;
    here.script->cancel_answer = answer;
    std::string log;
    const task<> reader = here.start(receive_then_yield, std::ref(*here.script), std::ref(log));
    here.script->finish(*here.script->in_flight().front(), 5);
    // Ended, and told: the task is queued.
    here.script->wait(0);
    reader.cancel();
    here.settle();
    CHECK(log == "5");
    CHECK(reader.cancelled());
    CHECK(here.script->cancels == 0);
  }
}

TEST_CASE("a reactor is asked once to cancel", "[io_awaiter]") {
  scripted_loop here;
  here.script->cancel_answer = rill::io_cancel::follows;
  const task<std::int64_t> reader = here.start(receive, std::ref(*here.script));
  reader.cancel();
  reader.cancel();
  CHECK(here.script->cancels == 1);
  here.settle();
  CHECK(reader.cancelled());
}

TEST_CASE("a request taken back while the answer is due begins the operation anew",
          "[io_awaiter]") {
  scripted_loop here;
  here.script->cancel_answer = rill::io_cancel::follows;
  const task<std::int64_t> reader = here.start(receive, std::ref(*here.script));
  reader.cancel();
  CHECK(reader.uncancel() == 0);
  here.settle();
  CHECK(!reader.done());
  CHECK(here.script->starts == 2);
  REQUIRE(here.script->in_flight().size() == 1);
  here.script->finish(*here.script->in_flight().front(), 3);
  here.settle();
  REQUIRE(reader.done());
  CHECK(reader.result() == 3);
}

TEST_CASE("a request that is due keeps an operation from starting", "[io_awaiter]") {
  scripted_loop here;
  const auto body = [](rill::reactor& owner) -> coro<> {
    rill::current_task().cancel();
    const std::int64_t result = co_await receive_awaiter(owner);
    static_cast<void>(result);
  };
  const task<> reader = here.start(body, std::ref(*here.script));
  CHECK(reader.cancelled());
  CHECK(here.script->starts == 0);
}

TEST_CASE("a reactor that returns early is no deadlock in virtual time", "[io_awaiter]") {
  scripted_loop here;
  here.script->on_wait = [&] {
    if (here.script->waits == 5 && !here.script->in_flight().empty())
      here.script->finish(*here.script->in_flight().front(), 8);
  };
  CHECK(here.loop.run_until_complete(receive(*here.script)) == 8);
  CHECK(here.script->waits >= 5);
}

TEST_CASE("a loop is closed when the reactor has given the operations back", "[io_awaiter]") {
  for (const rill::io_cancel answer : {rill::io_cancel::withdrawn, rill::io_cancel::follows}) {
    scripted_loop here;
    here.script->cancel_answer = answer;
    const task<std::int64_t> first = here.start(receive, std::ref(*here.script));
    const task<std::int64_t> second = here.start(receive, std::ref(*here.script));
    destroyed_early = 0;
    here.loop.close();
    CHECK(destroyed_early == 0);
    CHECK(first.cancelled());
    CHECK(second.cancelled());
  }
}
