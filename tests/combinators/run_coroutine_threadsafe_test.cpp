// SPDX-License-Identifier: BSL-1.0
//
// Numbers in brackets are those of docs/design/conformance.md.
#include "rill/combinators/run_coroutine_threadsafe.hpp"

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::run_coroutine_threadsafe;
using rill::threadsafe_task;

namespace {

/// A loop that runs in a thread of its own.
class loop_thread {
 public:
  loop_thread() {
    std::promise<rill::event_loop*> made;
    std::future<rill::event_loop*> loop = made.get_future();
    thread_ = std::thread([&made] {
      rill::event_loop own;
      made.set_value(&own);
      own.run_forever();
    });
    loop_ = loop.get();
  }
  loop_thread(const loop_thread&) = delete;
  loop_thread& operator=(const loop_thread&) = delete;
  ~loop_thread() { stop(); }

  rill::event_loop& loop() noexcept { return *loop_; }
  void stop() {
    if (!thread_.joinable()) return;
    loop_->call_soon_threadsafe([loop = loop_] { loop->stop(); });
    thread_.join();
  }
  /// Waits for a loop that has been stopped from inside.
  void join() { thread_.join(); }

 private:
  rill::event_loop* loop_ = nullptr;
  std::thread thread_;
};

coro<int> add(int a, int b) {
  co_await rill::yield();
  co_return a + b;
}

coro<> fails() {
  co_await rill::yield();
  throw std::runtime_error("failed");
}

coro<> never(std::string& log) {
  try {
    co_await rill::sleep(1h);
  } catch (const rill::cancelled_error& error) {
    log = error.reason();
    throw;
  }
}

/// Fails when the gate is open; until then the loop's thread stands still.
coro<> fails_behind(std::future<void> gate) {
  gate.wait();
  throw std::runtime_error("failed");
  co_return;
}

coro<std::size_t> count_tasks() { co_return rill::all_tasks().size(); }

std::string reason_of(const threadsafe_task<>& one) {
  try {
    one.result();
  } catch (const rill::cancelled_error& error) {
    return std::string(error.reason());
  }
  return "not cancelled";
}

}  // namespace

TEST_CASE("a thread gets the value, or the error", "[threadsafe_task]") {
  loop_thread other;
  const threadsafe_task<int> sum = run_coroutine_threadsafe(add(2, 3), other.loop());
  CHECK(sum.result() == 5);
  CHECK(sum.done());
  CHECK(!sum.cancel());
  CHECK(sum.exception() == nullptr);
  const threadsafe_task<> failed = run_coroutine_threadsafe(fails(), other.loop());
  CHECK_THROWS_AS(failed.result(), std::runtime_error);
  CHECK(failed.exception() != nullptr);
  CHECK(!failed.cancelled());
}

TEST_CASE("move-only values are moved out", "[threadsafe_task]") {
  loop_thread other;
  const auto make = []() -> coro<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
  threadsafe_task<std::unique_ptr<int>> made = run_coroutine_threadsafe(make(), other.loop());
  CHECK(*made.result() == 7);
  const std::unique_ptr<int> mine = std::move(made).result();
  CHECK(*mine == 7);
}

TEST_CASE("giving up leaves no task behind [44]", "[threadsafe_task]") {
  loop_thread other;
  std::string log;
  const threadsafe_task<> waiting = run_coroutine_threadsafe(never(log), other.loop());
  CHECK(!waiting.wait_for(0s));
  CHECK(waiting.cancel("too late"));
  CHECK(reason_of(waiting) == "too late");
  CHECK(waiting.cancelled());
  // It was struck where it waited, or before it began.
  CHECK((log.empty() || log == "too late"));
  CHECK(run_coroutine_threadsafe(count_tasks(), other.loop()).result() == 1);
}

TEST_CASE("a loop that ends lets those go on who wait", "[threadsafe_task]") {
  std::string log;
  threadsafe_task<> left;
  threadsafe_task<> unbegun;
  {
    loop_thread other;
    left = run_coroutine_threadsafe(never(log), other.loop());
    run_coroutine_threadsafe(add(1, 1), other.loop()).wait();
    other.loop().call_soon_threadsafe([&] {
      other.loop().stop();
      unbegun = run_coroutine_threadsafe(never(log), other.loop());
    });
    other.join();
  }
  CHECK(reason_of(left) == "the event loop was closed");
  CHECK(reason_of(unbegun) == "the event loop was closed");
}

TEST_CASE("what is handed over while the loop is closed ends", "[threadsafe_task]") {
  for (int round = 0; round < 50; ++round) {
    rill::event_loop loop;
    std::vector<threadsafe_task<int>> handed;
    bool refused = false;
    std::promise<void> begun;
    std::thread other([&] {
      try {
        while (true) {  // until it is refused
          handed.push_back(run_coroutine_threadsafe(add(1, 2), loop));
          if (handed.size() == 5) begun.set_value();
          if (handed.size() % 8 == 0) std::this_thread::yield();
        }
      } catch (const rill::usage_error& error) {
        refused = std::string(error.what()).find("closed") != std::string::npos;
      }
    });
    begun.get_future().wait();
    loop.run_until_complete([]() -> coro<> { co_await rill::yield(); }());
    loop.close();
    other.join();
    CHECK(refused);
    bool all_ended = true;
    for (const threadsafe_task<int>& one : handed) {
      all_ended = all_ended && one.done() && (one.cancelled() || one.result() == 3);
    }
    CHECK(all_ended);
  }
}

TEST_CASE("misuse from threads is told in a sentence", "[threadsafe_task]") {
  rill::event_loop loop;
  std::string what;
  const auto waits = [&](rill::event_loop& own) -> coro<> {
    const threadsafe_task<int> sum = run_coroutine_threadsafe(add(1, 2), own);
    try {
      sum.wait();
    } catch (const rill::usage_error& error) {
      what = error.what();
    }
    while (!sum.done()) co_await rill::yield();
  };
  loop.run_until_complete(waits(loop));
  CHECK(what.find("co_await") != std::string::npos);
  loop.close();
  CHECK_THROWS_AS(run_coroutine_threadsafe(add(1, 2), loop), rill::usage_error);
}

TEST_CASE("an error that no handle can look at is reported", "[threadsafe_task]") {
  std::promise<std::string> told;
  std::future<std::string> report = told.get_future();
  loop_thread other;
  run_coroutine_threadsafe(
      [](rill::event_loop& loop, std::promise<std::string>& to) -> coro<> {
        loop.set_exception_handler(
            [&to](rill::event_loop&, const rill::exception_context& context) {
              to.set_value(std::string(context.message));
            });
        co_return;
      }(other.loop(), told),
      other.loop())
      .wait();
  std::promise<void> gate;
  static_cast<void>(run_coroutine_threadsafe(fails_behind(gate.get_future()), other.loop()));
  gate.set_value();
  CHECK(report.get().find("failed") != std::string::npos);
}
