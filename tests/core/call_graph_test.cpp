// SPDX-License-Identifier: BSL-1.0
#include "rill/core/call_graph.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::create_task;
using rill::task;

namespace {

constexpr unsigned line_of_sleep = __LINE__ + 1;
coro<> innermost() { co_await rill::sleep(1s); }
constexpr unsigned line_of_middle = __LINE__ + 1;
coro<> middle() { co_await innermost(); }
coro<> outermost() {
  co_await rill::yield();
  co_await middle();
}

std::size_t count(const std::string& text, std::string_view word) {
  std::size_t found = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    ++found;
  }
  return found;
}

}  // namespace

RILL_TEST_CASE("the chain of awaits is known, innermost first", "[call_graph]") {
  const task<> task = create_task(outermost());
  CHECK(rill::call_chain(task).empty());
  co_await rill::yield();
  co_await rill::yield();
  const std::vector<rill::await_frame> chain = rill::call_chain(task);
  REQUIRE(chain.size() == 3);
  CHECK(std::string_view(chain[0].wait) == "sleep");
  CHECK(chain[0].site.line() == line_of_sleep);
  CHECK(std::string_view(chain[0].site.file_name()).ends_with("call_graph_test.cpp"));
  CHECK(std::string_view(chain[1].wait) == "coro");
  CHECK(chain[1].site.line() == line_of_middle);
  CHECK(chain[2].site.line() > line_of_middle);
  co_await task;
  CHECK(rill::call_chain(task).empty());
}

RILL_TEST_CASE("a task's graph names it and each of its awaits", "[call_graph]") {
  const task<> task = create_task(outermost(), {.name = "worker"});
  co_await rill::yield();
  co_await rill::yield();
  const std::string text = rill::format_call_graph(task);
  INFO(text);
  CHECK(text.starts_with("  task 'worker'\n    awaits sleep at "));
  CHECK(text.find("innermost") != std::string::npos);
  CHECK(text.find("middle") != std::string::npos);
  CHECK(text.find("outermost") != std::string::npos);
  CHECK(count(text, "call_graph_test.cpp:") == 3);
  co_await task;
}

RILL_TEST_CASE("the graph of the loop shows who waits for whom", "[call_graph]") {
  const task<> sleeper = create_task(innermost(), {.name = "sleeper"});
  const auto wait = [](const rill::task<>& awaited) -> coro<> { co_await awaited; };
  const task<> waiter = create_task(rill::task_options{.name = "waiter"}, wait, sleeper);
  co_await rill::yield();
  const std::string text = rill::format_call_graph();
  INFO(text);
  CHECK(count(text, "task '") == 4);
  CHECK(text.find("which is task 'sleeper'") != std::string::npos);
  CHECK(text.find("(not suspended at an await)") != std::string::npos);
  co_await waiter;
}

TEST_CASE("the graph of a thread without a loop is an error", "[call_graph]") {
  CHECK_THROWS_AS(rill::format_call_graph(), rill::usage_error);
}
