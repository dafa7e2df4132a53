// SPDX-License-Identifier: BSL-1.0
//
// Completion, cancellation and time limit in one turn, in every order, for each combinator: what
// came first decides, a value that is there is not taken away, and no request strikes twice.
#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rill/combinators.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/future.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::create_task;
using rill::future;
using rill::task;

namespace {

/// What an operation makes of a request that comes behind its completion.
enum class behind {
  value_first,  ///< its value is given; a cancellation strikes at the next await
  struck,       ///< it has no value to lose, and throws at once
};
/// What it makes of a request that comes before.
enum class before {
  ends,   ///< it is left
  holds,  ///< it goes on to its end
};

struct operation {
  std::string_view name;
  coro<> (*run)(future<> event);
  behind late = behind::value_first;
  before early = before::ends;
  bool keeps_event = false;  ///< what it waits for is not cancelled
};

coro<> until(future<> event) { co_await event; }
coro<> for_ever() { co_await rill::sleep(1h); }

const operation operations[] = {
    {"future", [](future<> event) -> coro<> { co_await event; }},
    {"coroutine", [](future<> event) -> coro<> { co_await until(event); }},
    {"task",
     [](future<> event) -> coro<> {
       const task<> inner = create_task(until(event));
       co_await inner;
     }},
    {"gather of handles", [](future<> event) -> coro<> { co_await rill::gather(event); }},
    {"gather of coroutines",
     [](future<> event) -> coro<> { co_await rill::gather(until(event), until(event)); }},
    {"gather of a range",
     [](future<> event) -> coro<> {
       std::vector<coro<>> all;
       for (int i = 0; i < 3; ++i) all.push_back(until(event));
       co_await rill::gather(rill::return_exceptions, std::move(all));
     }},
    {.name = "wait",
     .run = [](future<> event) -> coro<> {
       const std::vector<future<>> all{event};
       co_await rill::wait(all);
     },
     .keeps_event = true},
    {.name = "as_completed",
     .run = [](future<> event) -> coro<> {
       const std::vector<future<>> all{event};
       auto ended = rill::as_completed(all);
       co_await ended.next();
     },
     .keeps_event = true},
    {"as_completed with a body",
     [](future<> event) -> coro<> {
       std::vector<coro<>> all;
       for (int i = 0; i < 3; ++i) all.push_back(until(event));
       const auto body = [](rill::completions<task<>>& ended) -> coro<> {
         while (auto next = co_await ended.next()) {
         }
       };
       co_await rill::as_completed(std::move(all), body);
     },
     behind::struck},
    {"race", [](future<> event) -> coro<> { co_await rill::race(until(event), for_ever()); }},
    {"first_of",
     [](future<> event) -> coro<> { co_await rill::first_of(for_ever(), until(event)); }},
    {"staggered_race",
     [](future<> event) -> coro<> {
       std::vector<std::function<coro<>()>> candidates;
       candidates.emplace_back([&event] { return until(event); });
       candidates.emplace_back(&for_ever);
       co_await rill::staggered_race(std::move(candidates), 0s);
     }},
    {"wait_for", [](future<> event) -> coro<> { co_await rill::wait_for(until(event), 5s); }},
    {"timeout", [](future<> event) -> coro<> { co_await rill::timeout(5s, until(event)); }},
    {"move_on_after",
     [](future<> event) -> coro<> { co_await rill::move_on_after(5s, until(event)); }},
    {.name = "shield of a handle",
     .run = [](future<> event) -> coro<> { co_await rill::shield(event); },
     .keeps_event = true},
    {.name = "shield of a coroutine",
     .run = [](future<> event) -> coro<> { co_await rill::shield(until(event)); },
     .early = before::holds,
     .keeps_event = true},
    {.name = "task_group",
     .run = [](future<> event) -> coro<> {
       const auto body = [&event](rill::task_group& group) -> coro<> {
         group.create_task(until(event));
         co_return;
       };
       co_await rill::with_task_group(body);
     },
     .late = behind::struck},
    {"task_group, in the body",
     [](future<> event) -> coro<> {
       const auto body = [&event](rill::task_group& /*group*/) -> coro<> { co_await event; };
       co_await rill::with_task_group(body);
     }},
};

/// Says how the operation was left, and what the next await has met.
coro<> observed(const operation& one, future<> event, std::string& log) {
  try {
    co_await rill::wait_for(one.run(event), 1s);
    log = "value";
  } catch (const rill::timeout_error&) {
    log = "timeout";
  } catch (const rill::cancelled_error& error) {
    log = "cancelled " + std::string(error.reason());
  }
  try {
    co_await rill::sleep(1h);
  } catch (const rill::cancelled_error& error) {
    log += ", then cancelled " + std::string(error.reason());
  }
}

/// The events of one turn: C, it completes; X, the task is cancelled; L, its limit is due.
class one_turn {
 public:
  explicit one_turn(const operation& what)
      : event_(steps_.loop().create_future<>()),
        task_(steps_.loop().create_task(observed(what, event_, log_))) {
    steps_.settle();
  }

  void play(std::string_view order) {
    const std::size_t limit = std::min(order.find('L'), order.size());
    // What comes behind the limit is queued in front of everything, and runs when it has struck.
    for (const char each : order.substr(std::min(limit + 1, order.size())))
      steps_.loop().call_soon([this, each] { act(each); });
    for (const char each : order.substr(0, limit)) act(each);
    if (limit != order.size()) steps_.clock().advance(1s);
    steps_.settle();
  }

  const std::string& log() const noexcept { return log_; }
  bool event_cancelled() const { return event_.cancelled(); }
  /// Another hour passes.
  bool ends() {
    steps_.advance(2h);
    return task_.done() && steps_.loop().all_tasks().empty();
  }

 private:
  void act(char what) {
    if (what == 'X') task_.cancel("outside");
    if (what == 'C' && !event_.done()) event_.set_result();
  }

  rill::testing::step_loop steps_;
  std::string log_;
  future<> event_;
  task<> task_;
};

std::string expected(const operation& one, std::string_view order) {
  const bool cancelled = order.find('X') != std::string_view::npos;
  const bool completes = order.front() == 'C' || one.early == before::holds;
  if (completes && (order.size() == 1 || one.late == behind::value_first))
    return cancelled ? "value, then cancelled outside" : "value";
  return cancelled ? "cancelled outside" : "timeout";
}

}  // namespace

TEST_CASE("events of one turn, in every order, for each combinator", "[same_turn]") {
  for (const operation& one : operations) {
    for (const std::string_view order : {"C", "X", "L", "CX", "XC", "CL", "LC", "XL", "LX", "CXL",
                                         "CLX", "XCL", "XLC", "LCX", "LXC"}) {
      if (one.early == before::holds && order.find('C') == std::string_view::npos) continue;
      INFO(one.name << ", " << order);
      one_turn turn(one);
      turn.play(order);
      CHECK(turn.log() == expected(one, order));
      CHECK((!one.keeps_event || !turn.event_cancelled()));
      CHECK(turn.ends());
    }
  }
}
