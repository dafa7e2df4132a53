// SPDX-License-Identifier: BSL-1.0
//
// What is used wrongly is told in a sentence that says what to do, by every combinator, and nothing
// is left running.
#include <chrono>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rill/combinators.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/future.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::create_task;
using rill::future;
using rill::task;
using rill::task_group;
using rill::with_task_group;

namespace {

coro<std::string> complaint_of(coro<> body) {
  std::string what = "none";
  try {
    co_await std::move(body);
  } catch (const rill::usage_error& error) {
    what = error.what();
  }
  co_return what;
}

struct use {
  std::string_view name;
  coro<> (*run)(future<int> handle);
};

/// Everything that takes a handle.
const use uses_of_handles[] = {
    {"gather", [](future<int> handle) -> coro<> { co_await rill::gather(handle); }},
    {"gather, with another",
     [](future<int> handle) -> coro<> { co_await rill::gather(rill::sleep(1h), handle); }},
    {"gather of a range",
     [](future<int> handle) -> coro<> {
       const std::vector<future<int>> all{handle};
       co_await rill::gather(rill::return_exceptions, all);
     }},
    {"wait",
     [](future<int> handle) -> coro<> {
       const std::vector<future<int>> all{handle};
       co_await rill::wait(all);
     }},
    {"as_completed",
     [](future<int> handle) -> coro<> {
       const std::vector<future<int>> all{handle};
       auto ended = rill::as_completed(all);
       co_await ended.next();
     }},
    {"race", [](future<int> handle) -> coro<> { co_await rill::race(handle, rill::sleep(1h)); }},
    {"first_of",
     [](future<int> handle) -> coro<> { co_await rill::first_of(rill::sleep(1h), handle); }},
    {"shield", [](future<int> handle) -> coro<> { co_await rill::shield(handle); }},
    {"shield with a limit",
     [](future<int> handle) -> coro<> { co_await rill::shield(handle, 1s); }},
    {"wait_for", [](future<int> handle) -> coro<> { co_await rill::wait_for(handle, 1s); }},
    {"timeout", [](future<int> handle) -> coro<> { co_await rill::timeout(1s, handle); }},
    {"move_on_after",
     [](future<int> handle) -> coro<> { co_await rill::move_on_after(1s, handle); }},
};

coro<int> seven() { co_return 7; }
coro<> nap() { co_await rill::sleep(1s); }

}  // namespace

TEST_CASE("a future of another loop", "[misuse]") {
  for (const use& one : uses_of_handles) {
    INFO(one.name);
    rill::testing::step_loop here;
    rill::testing::step_loop there;
    const future<int> foreign = there.loop().create_future<int>();
    const task<> wrong = here.loop().create_task(one.run(foreign));
    here.settle();
    REQUIRE(wrong.done());
    std::string what;
    try {
      wrong.result();
    } catch (const rill::usage_error& error) {
      what = error.what();
    }
    CHECK(what.find("belongs to another event loop") != std::string::npos);
    CHECK(here.loop().all_tasks().empty());
    foreign.set_result(1);
    there.settle();
  }
}

RILL_TEST_CASE("an empty handle", "[misuse]") {
  for (const use& one : uses_of_handles) {
    INFO(one.name);
    const std::string what = co_await complaint_of(one.run(future<int>()));
    CHECK(what.find("empty") != std::string::npos);
    CHECK(rill::all_tasks().size() == 1);
  }
}

RILL_TEST_CASE("a coroutine that was awaited already", "[misuse]") {
  const auto used = []() -> coro<int> {
    coro<int> once = seven();
    coro<int> taken = std::move(once);
    co_await std::move(taken);
    co_return co_await std::move(once);  // NOLINT: used twice on purpose
  };
  const auto gathers = []() -> coro<> {
    coro<int> once = seven();
    auto both = rill::gather(std::move(once), std::move(once));  // NOLINT: the same
    co_await both;
  };
  const auto limits = []() -> coro<> {
    coro<int> once = seven();
    co_await rill::wait_for(std::move(once), 1s);
    co_await rill::wait_for(std::move(once), 1s);  // NOLINT: the same
  };
  const auto joins = []() -> coro<> {
    const auto body = [](task_group& group) -> coro<> {
      coro<int> once = seven();
      group.create_task(std::move(once));
      group.create_task(std::move(once));  // NOLINT: the same
      co_return;
    };
    co_await with_task_group(body);
  };
  const auto drops = [&used]() -> coro<> { co_await used(); };
  for (auto& each : std::vector<std::function<coro<>()>>{drops, gathers, limits, joins}) {
    const std::string what = co_await complaint_of(each());
    INFO(what);
    CHECK(what.find("call its function again") != std::string::npos);
    CHECK(rill::all_tasks().size() == 1);
  }
}

RILL_TEST_CASE("a combinator that was awaited already", "[misuse]") {
  const auto gathers = []() -> coro<> {
    auto both = rill::gather(seven(), seven());
    co_await both;
    co_await both;
  };
  const auto races = []() -> coro<> {
    auto both = rill::race(seven(), seven());
    co_await both;
    co_await both;
  };
  for (auto& each : std::vector<std::function<coro<>()>>{gathers, races}) {
    const std::string what = co_await complaint_of(each());
    CHECK(what.find("awaited before") != std::string::npos);
  }
}

RILL_TEST_CASE("a task that awaits itself", "[misuse]") {
  const auto by = [](const task<>& self, int form) -> coro<> {
    co_await rill::yield();
    if (form == 0) co_await self;
    if (form == 1) co_await rill::gather(self);
    if (form == 2) co_await rill::wait_for(self, 1h);
    if (form == 3) co_await rill::shield(self);
    if (form == 4) co_await rill::race(self, rill::sleep(1h));
    if (form == 5) {
      const std::vector<task<>> all{self};
      co_await rill::wait(all);
    }
    if (form == 6) {
      const std::vector<task<>> all{self};
      auto ended = rill::as_completed(all);
      co_await ended.next();
    }
  };
  for (int form = 0; form < 7; ++form) {
    INFO("form " << form);
    task<> self;
    self = create_task(by(std::cref(self), form));
    const auto joins = [](const task<>& other) -> coro<> { co_await other; };
    const std::string what = co_await complaint_of(joins(self));
    CHECK(what.find("cannot await itself") != std::string::npos);
  }
  CHECK(rill::all_tasks().size() == 1);
}

RILL_TEST_CASE("a group used after its end", "[misuse]") {
  task_group kept;
  CHECK(!kept);
  CHECK(kept.size() == 0);
  bool began = false;
  const auto member = [](bool& flag) -> coro<> {
    flag = true;
    co_return;
  };
  const auto keeps = [&kept](task_group& group) -> coro<> {
    kept = group;
    kept.create_task(nap());
    CHECK(group.size() == 1);
    co_return;
  };
  co_await with_task_group(keeps);
  CHECK(rill::loop_clock::now() == rill::time_point(1s));
  CHECK(!kept);
  kept.cancel();
  CHECK(kept.size() == 0);
  const auto adds = [&](const task_group& to) -> coro<> {
    to.create_task(member(began));
    co_return;
  };
  const auto calls = [&](const task_group& to) -> coro<> {
    to.create_task(member, std::ref(began));
    co_return;
  };
  const auto starts = [&](const task_group& to) -> coro<> {
    const auto begins = [](rill::task_status<> /*status*/, bool& flag) -> coro<> {
      flag = true;
      co_return;
    };
    co_await to.start(begins, std::ref(began));
  };
  for (auto& each : std::vector<std::function<coro<>(const task_group&)>>{adds, calls, starts}) {
    for (const task_group& group : {kept, task_group()}) {
      const std::string what = co_await complaint_of(each(group));
      CHECK(what.find("while with_task_group() runs") != std::string::npos);
    }
  }
  CHECK(!began);
  CHECK(rill::all_tasks().size() == 1);
}

RILL_TEST_CASE("copies of a group are as good as it is", "[misuse]") {
  std::vector<task_group> copies(3);
  int ended = 0;
  // A copy, taken along by a callback that runs when the member that it hangs on has ended.
  const auto body = [&](task_group group) -> coro<> {
    for (task_group& each : copies) each = group;
    copies.erase(copies.begin());
    copies.push_back(copies.front());
    task<> first = group.create_task(nap());
    first.add_done_callback([group, &ended](const rill::any_future&) {
      ++ended;
      if (group) ended += 100;
    });
    const auto adds = [](task_group to, int& count) -> coro<> {
      co_await rill::sleep(500ms);
      to.create_task(nap());
      ++count;
    };
    group.create_task(adds, group, std::ref(ended));
    co_await rill::yield();
  };
  co_await with_task_group(body);
  CHECK(rill::loop_clock::now() == rill::time_point(1500ms));
  CHECK(ended == 102);  // the group lived on when the callback ran
  for (const task_group& each : copies) CHECK(!each);
}
