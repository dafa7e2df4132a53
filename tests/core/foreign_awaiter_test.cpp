// SPDX-License-Identifier: BSL-1.0
#include "rill/core/detail/foreign_awaiter.hpp"

#include <coroutine>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "rill/core/call_graph.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/external_work.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/step_loop.hpp"
#include "support/coroutine_case.hpp"
#include "support/thread_at_work.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::create_task;
using rill::task;
using rill::testing::step_loop;

namespace {

// Awaitables that know nothing of rill, in the spellings that the language has.

struct ready_value {
  bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  int await_resume() const noexcept { return 1; }
};

// Keeps the handle for somebody who resumes it.
struct parked {
  std::coroutine_handle<>* kept;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) const noexcept { *kept = handle; }
  int await_resume() const noexcept { return 2; }
};

struct decides {
  bool suspends;
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> handle) const {
    if (suspends) rill::event_loop::running().call_soon([handle] { handle.resume(); });
    return suspends;
  }
  bool await_resume() const noexcept { return suspends; }
};

struct transfers {
  std::coroutine_handle<> target;  // null: back to the one who awaits
  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> handle) const noexcept {
    return target ? target : handle;
  }
  int await_resume() const noexcept { return 4; }
};

struct throws {
  int where;
  bool await_ready() const {
    if (where == 0) throw std::runtime_error("ready");
    return false;
  }
  void await_suspend(std::coroutine_handle<>) const {
    if (where == 1) throw std::runtime_error("suspend");
  }
  int await_resume() const noexcept { return 0; }
};

struct by_member {
  ready_value operator co_await() const noexcept { return {}; }
};
struct by_function {};
ready_value operator co_await(by_function) noexcept { return {}; }

// An awaiter that can be neither copied nor moved.
class rooted {
 public:
  explicit rooted(std::string text) : text_(std::move(text)) {}
  rooted(const rooted&) = delete;
  rooted& operator=(const rooted&) = delete;
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<>) const noexcept { return false; }
  std::string& await_resume() noexcept { return text_; }

 private:
  std::string text_;
};

// Resumes from a thread of its own, possibly before await_suspend() has returned.
class thread_hop {
 public:
  explicit thread_hop(std::jthread& thread) noexcept : thread_(&thread) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) const {
    *thread_ = std::jthread([handle] { handle.resume(); });
  }
  void await_resume() const noexcept {}

 private:
  std::jthread* thread_;
};

}  // namespace

RILL_TEST_CASE("foreign awaitables that are ready do not suspend", "[foreign]") {
  const int direct = co_await ready_value{};
  const int member = co_await by_member{};
  const int function = co_await by_function{};
  CHECK(direct + member + function == 3);
}

RILL_TEST_CASE("a parked coroutine goes on through its loop", "[foreign]") {
  std::coroutine_handle<> kept;
  const auto wait = [](std::coroutine_handle<>& handle) -> coro<int> {
    const parked here{&handle};
    const int value = co_await here;
    co_return value;
  };
  const task<int> task = create_task(wait, std::ref(kept));
  co_await rill::yield();
  REQUIRE(kept);
  CHECK(rill::format_call_graph(task).find("awaits foreign awaitable at") != std::string::npos);
  kept.resume();
  CHECK(!task.done());
  const int value = co_await task;
  CHECK(value == 2);
}

RILL_TEST_CASE("a foreign await_suspend may decide whether to suspend", "[foreign]") {
  const decides no{false};
  const bool stayed = co_await no;
  CHECK(!stayed);
  const decides yes{true};
  const bool left = co_await yes;
  CHECK(left);
}

RILL_TEST_CASE("a foreign await_suspend may transfer to a coroutine", "[foreign]") {
  const transfers back{std::coroutine_handle<>()};
  const int value = co_await back;
  CHECK(value == 4);
}

TEST_CASE("a foreign await_suspend may transfer to another coroutine", "[foreign]") {
  step_loop steps;
  std::coroutine_handle<> kept;
  const auto wait = [](std::coroutine_handle<>& handle) -> coro<int> {
    const parked here{&handle};
    const int got = co_await here;
    co_return got;
  };
  const auto hand_over = [](std::coroutine_handle<>& target) -> coro<> {
    const transfers over{target};
    const int never = co_await over;
    static_cast<void>(never);
  };
  const task<int> other = steps.loop().create_task(wait, std::ref(kept));
  const task<> giver = steps.loop().create_task(hand_over, std::ref(kept));
  steps.settle();
  REQUIRE(other.done());
  CHECK(other.result() == 2);
  CHECK(!giver.done());
}

RILL_TEST_CASE("exceptions of foreign awaiters come out of the await", "[foreign]") {
  std::string log;
  for (int where = 0; where < 2; ++where) {
    const throws bad{where};
    try {
      const int value = co_await bad;
      static_cast<void>(value);
    } catch (const std::runtime_error& error) {
      log += error.what();
    }
    co_await rill::yield();
  }
  CHECK(log == "readysuspend");
}

RILL_TEST_CASE("awaiters that cannot be moved are awaited where they are", "[foreign]") {
  rooted named("named");
  std::string& text = co_await named;
  text += "!";
  const std::string again = co_await named;
  CHECK(again == "named!");
  const std::string temporary = co_await rooted("temporary");
  CHECK(temporary == "temporary");
}

RILL_TEST_CASE("a coroutine resumed from another thread comes back to its loop", "[foreign]") {
  const std::thread::id home = std::this_thread::get_id();
  for (int i = 0; i < 50; ++i) {
    std::jthread helper;
    const rill::external_work_guard guard;
    const thread_hop hop(helper);
    co_await hop;
    CHECK(std::this_thread::get_id() == home);
  }
}

RILL_TEST_CASE("a foreign wait cannot be withdrawn: the next await throws", "[foreign]") {
  std::coroutine_handle<> kept;
  std::string log;
  const auto wait = [](std::coroutine_handle<>& handle, std::string& text) -> coro<> {
    const parked here{&handle};
    const int value = co_await here;
    text += std::to_string(value);
    co_await rill::sleep(1h);
    text += " passed";
  };
  const task<> task = create_task(wait, std::ref(kept), std::ref(log));
  co_await rill::yield();
  CHECK(task.cancel());
  co_await rill::yield();
  CHECK(!task.done());
  kept.resume();
  co_await rill::yield();
  co_await rill::yield();
  // Struck before it could begin to sleep.
  CHECK(log == "2");
  CHECK(task.cancelled());
}

namespace {

struct lost {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise>) const noexcept {
    return true;
  }
  void await_resume() const noexcept {}
};

// Claims to speak rill's protocol and does not: suspends without telling the task.
struct liar : rill::detail::native_awaiter, lost {};

}  // namespace

TEST_CASE("a task that suspends in nothing known is reported with its place", "[foreign]") {
  step_loop steps;
  std::vector<std::string> reports;
  steps.loop().set_exception_handler(
      [&](rill::event_loop& /*loop*/, const rill::exception_context& context) {
        reports.emplace_back(context.message);
      });
  const auto stray = []() -> coro<> {
    const liar wait{};
    co_await wait;
  };
  const task<> task = steps.loop().create_task(stray);
  task.set_name("stray");
  steps.settle();
  REQUIRE(reports.size() == 1);
  INFO(reports[0]);
  CHECK(reports[0].find("task 'stray' has returned to the loop neither done nor waiting") !=
        std::string::npos);
  CHECK(reports[0].find("foreign_awaiter_test.cpp:") != std::string::npos);
  CHECK(!task.done());
}
