// SPDX-License-Identifier: BSL-1.0
//
// Ctrl-C during a run: each case in a child process, which is sent SIGINT.
// Numbers in brackets are those of docs/design/conformance.md.
#include <csignal>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "rill/core/create_task.hpp"
#include "rill/core/future.hpp"
#include "rill/loop/run_errors.hpp"
#include "rill/loop/runner.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/testing/idle_reactor.hpp"
#include "support/catch.hpp"
#include "support/child_process.hpp"

using namespace std::chrono_literals;
using rill::cancelled_error;
using rill::coro;
using rill_test::child_end;
using rill_test::run_in_child;

namespace {

rill::loop_options without_io() {
  rill::loop_options options;
  options.custom_reactor = std::make_unique<rill::testing::idle_reactor>();
  return options;
}

// Sends SIGINT to this process while the loop runs.
void interrupt_later(std::chrono::milliseconds when) {
  rill::event_loop::running().call_later(when, [] { std::raise(SIGINT); });
}

coro<> wait_for_ever() {
  interrupt_later(1ms);
  co_await rill::sleep(1h);
}

coro<int> swallow() {
  interrupt_later(1ms);
  try {
    co_await rill::sleep(1h);
  } catch (const cancelled_error& error) {
    std::fprintf(stderr, "told: %s\n", std::string(error.reason()).c_str());
  }
  co_return 7;
}

coro<> refuse_twice() {
  interrupt_later(1ms);
  try {
    co_await rill::sleep(1h);
  } catch (const cancelled_error&) {
    std::fprintf(stderr, "first\n");
  }
  interrupt_later(1ms);
  co_await rill::sleep(1h);
}

coro<> wait_on_future() {
  rill::future<> gate = rill::create_future();
  gate.add_done_callback([](const rill::any_future& done) {
    std::fprintf(stderr, "future %s\n", done.cancelled() ? "cancelled" : "done");
  });
  interrupt_later(1ms);
  try {
    co_await gate;
  } catch (const cancelled_error&) {
    std::fprintf(stderr, "main cancelled\n");
    throw;
  }
}

coro<> cancelled_by_another_too() {
  const rill::any_task me = rill::current_task();
  rill::event_loop::running().call_later(1ms, [me] {
    me.cancel("somebody else");
    std::raise(SIGINT);
  });
  co_await rill::sleep(1h);
}

coro<> busy() {
  interrupt_later(1ms);
  while (true) co_await rill::yield();
}

}  // namespace

TEST_CASE("the first SIGINT cancels main, and run says interrupted", "[interrupt]") {
  const child_end end = run_in_child([] {
    try {
      rill::run(wait_for_ever(), without_io());
    } catch (const rill::interrupted_error&) {
      return 3;
    }
    return 1;
  });
  CHECK(end.exit_code == 3);
}

TEST_CASE("SIGINT cancels main and the future that it awaits [90]", "[interrupt]") {
  const child_end end = run_in_child([] {
    try {
      rill::run(wait_on_future(), without_io());
    } catch (const rill::interrupted_error&) {
      return 3;
    }
    return 1;
  });
  CHECK(end.exit_code == 3);
  CHECK(end.output.find("main cancelled") != std::string::npos);
  CHECK(end.output.find("future cancelled") != std::string::npos);
}

TEST_CASE("main that swallows the interruption gives its value", "[interrupt]") {
  const child_end end = run_in_child([] { return rill::run(swallow(), without_io()); });
  CHECK(end.exit_code == 7);
  CHECK(end.output.find("told: interrupted") != std::string::npos);
}

TEST_CASE("the second SIGINT ends the program", "[interrupt]") {
  const child_end end = run_in_child([] {
    rill::run(refuse_twice(), without_io());
    return 1;
  });
  CHECK(end.signal_number == SIGINT);
  CHECK(end.output.find("first") != std::string::npos);
}

TEST_CASE("cancelled by somebody else as well, run throws the cancellation", "[interrupt]") {
  const child_end end = run_in_child([] {
    try {
      rill::run(cancelled_by_another_too(), without_io());
    } catch (const cancelled_error&) {
      return 4;
    } catch (const rill::interrupted_error&) {
      return 3;
    }
    return 1;
  });
  CHECK(end.exit_code == 4);
}

TEST_CASE("SIGINT reaches a main that never waits", "[interrupt]") {
  const child_end end = run_in_child([] {
    try {
      rill::run(busy(), without_io());
    } catch (const rill::interrupted_error&) {
      return 3;
    }
    return 1;
  });
  CHECK(end.exit_code == 3);
}

TEST_CASE("SIGINT from outside wakes a loop that sleeps", "[interrupt]") {
  const child_end end = run_in_child([] {
    std::thread sender([] {
      std::this_thread::sleep_for(20ms);
      rill_test::send_to_self(SIGINT);
    });
    const auto sleep = []() -> coro<> { co_await rill::sleep(1h); };
    int code = 1;
    try {
      rill::run(sleep(), rill::loop_options());
    } catch (const rill::interrupted_error&) {
      code = 3;
    }
    sender.join();
    return code;
  });
  CHECK(end.exit_code == 3);
}

TEST_CASE("a handler of the program's own is left alone", "[interrupt]") {
  const child_end end = run_in_child([] {
    std::signal(SIGINT, [](int) { std::fputs("mine\n", stderr); });
    const auto main = []() -> coro<int> {
      interrupt_later(1ms);
      co_await rill::sleep(5ms);
      co_return 5;
    };
    const int code = rill::run(main(), without_io());
    std::raise(SIGINT);
    return code;
  });
  CHECK(end.exit_code == 5);
  CHECK(end.output == "mine\nmine\n");
}

TEST_CASE("after the run SIGINT has its default effect again", "[interrupt]") {
  const child_end end = run_in_child([] {
    rill::run([]() -> coro<> { co_return; }(), without_io());
    std::raise(SIGINT);
    return 1;
  });
  CHECK(end.signal_number == SIGINT);
}

TEST_CASE("a run in another thread leaves SIGINT alone", "[interrupt]") {
  const child_end end = run_in_child([] {
    std::thread([] {
      rill::run([]() -> coro<> { co_await rill::sleep(1ms); }(), without_io());
    }).join();
    return std::signal(SIGINT, SIG_DFL) == SIG_DFL ? 0 : 1;
  });
  CHECK(end.exit_code == 0);
}
