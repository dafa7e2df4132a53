// SPDX-License-Identifier: BSL-1.0
// The examples of the reference pages of combinators, and of awaitable.
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "rill/rill.hpp"

namespace {

using namespace std::chrono_literals;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("reference, combinators: %s\n", what);
  std::exit(1);
}

// [awaitable]
template <rill::awaitable Awaitable>
rill::coro<rill::await_result_t<Awaitable>> logged(Awaitable awaited, std::string what) {
  std::printf("%s begins\n", what.c_str());
  co_return co_await std::move(awaited);
}
// [/awaitable]

rill::coro<int> answer_after(std::chrono::nanoseconds delay) {
  co_await rill::sleep(delay);
  co_return 42;
}

// [wait_for]
rill::coro<int> ask_twice() {
  try {
    co_return co_await rill::wait_for(answer_after(1h), 5ms);
  } catch (const rill::timeout_error&) {
    std::puts("no answer; once more");
  }
  co_return co_await rill::wait_for(answer_after(1ms), 5s);
}
// [/wait_for]

// [timeout]
rill::coro<int> read_with_patience() {
  const auto read = [](rill::timeout_scope& limit) -> rill::coro<int> {
    int parts = 0;
    while (parts < 3) {
      co_await rill::sleep(1ms);  // a part has come
      ++parts;
      limit.reschedule_after(5s);  // whoever goes on sending is given more time
    }
    co_return parts;
  };
  co_return co_await rill::timeout(5s, read);
}
// [/timeout]

// [move_on_after]
rill::coro<std::string> greeting_or_default() {
  const auto ask = []() -> rill::coro<std::string> {
    co_await rill::sleep(1h);
    co_return "hello, Ada";
  };
  const std::optional<std::string> answer = co_await rill::move_on_after(2ms, ask);
  co_return answer.value_or("hello, stranger");
}
// [/move_on_after]

// [gather]
rill::coro<int> add_up() {
  auto [one, two] = co_await rill::gather(answer_after(2ms), answer_after(1ms));
  std::vector<rill::coro<int>> more;
  for (int i = 0; i < 3; ++i) more.push_back(answer_after(1ms));
  int sum = one + two;
  for (const int value : co_await rill::gather(std::move(more))) sum += value;
  co_return sum;
}
// [/gather]

// [wait]
rill::coro<std::size_t> first_of_three() {
  std::vector<rill::task<int>> tasks;
  for (int i = 1; i < 4; ++i) tasks.push_back(rill::create_task(answer_after(i * 20ms)));
  auto [done, pending] =
      co_await rill::wait(tasks, {.until = rill::return_when::first_completed, .timeout = 5s});
  for (const rill::task<int>& task : pending) task.cancel();
  co_return done.size();
}
// [/wait]

// [shield]
rill::coro<> leave_in_order() {
  const auto say_goodbye = []() -> rill::coro<> { co_await rill::sleep(1ms); };
  co_await rill::shield(say_goodbye(), 2s);  // also if this task is cancelled meanwhile
}
// [/shield]

// [task_group]
rill::coro<int> work_together() {
  int sum = 0;
  const auto body = [&sum](rill::task_group& group) -> rill::coro<> {
    const auto add = [&sum](int value) -> rill::coro<> {
      co_await rill::sleep(1ms);
      sum += value;
    };
    for (int i = 1; i <= 4; ++i) group.create_task(add, i);
    co_return;
  };
  co_await rill::with_task_group(body);  // all four have ended here
  co_return sum;
}
// [/task_group]

// [task_status]
rill::coro<> listen(rill::task_status<int> status) {
  const int port = 4711;  // bound, say
  status.started(port);
  co_await rill::sleep(1h);
}

rill::coro<int> serve_and_ask() {
  const auto body = [](rill::task_group& group) -> rill::coro<int> {
    const int port = co_await group.start<int>(listen);  // goes on when there is a port
    group.cancel();
    co_return port;
  };
  co_return co_await rill::with_task_group(body);
}
// [/task_status]

// [exception_group]
rill::coro<std::size_t> sort_errors() {
  const auto body = [](rill::task_group& group) -> rill::coro<> {
    const auto fail = []() -> rill::coro<> {
      co_await rill::yield();
      throw std::runtime_error("broken");
    };
    const auto fail_in_clean_up = []() -> rill::coro<> {
      try {
        co_await rill::sleep(1h);
      } catch (const rill::cancelled_error&) {
        throw std::invalid_argument("not cleaned up");
      }
    };
    group.create_task(fail);
    group.create_task(fail_in_clean_up);
    co_return;
  };
  std::size_t known = 0;
  try {
    co_await rill::with_task_group(body);
  } catch (const rill::exception_group& group) {
    known = group.for_each<std::logic_error>(
        [](const std::logic_error& error) { std::printf("%s\n", error.what()); });
    auto [mine, rest] = group.split<std::logic_error>();
    if (rest) std::printf("not handled: %s\n", rest->what());
  }
  co_return known;
}
// [/exception_group]

// [race]
rill::coro<std::string> ask_with_default() {
  const auto ask = []() -> rill::coro<std::string> {
    co_await rill::sleep(1h);
    co_return "an answer";
  };
  const auto won = co_await rill::race(ask(), rill::sleep(1ms));
  if (won.index() == 0) co_return std::get<0>(won);
  co_return "no answer";
}
// [/race]

// [staggered_race]
rill::coro<int> connect_somewhere() {
  std::vector<std::function<rill::coro<int>()>> ways;
  ways.emplace_back([] { return answer_after(1h); });   // an address that does not answer
  ways.emplace_back([] { return answer_after(1ms); });  // one that does
  const auto outcome = co_await rill::staggered_race(std::move(ways), 5ms);
  if (!outcome.value) std::rethrow_exception(outcome.errors.front());
  co_return *outcome.value;
}
// [/staggered_race]

// [as_completed]
rill::coro<std::size_t> in_order_of_ending() {
  std::vector<rill::task<int>> tasks;
  for (int i = 3; i > 0; --i) tasks.push_back(rill::create_task(answer_after(i * 10ms)));
  auto ended = rill::as_completed(tasks, 5s);
  std::size_t first = tasks.size();
  while (auto next = co_await ended.next()) {
    if (first == tasks.size()) first = next->index;
    std::printf("number %zu gives %d\n", next->index, next->handle.result());
  }
  co_return first;
}
// [/as_completed]

// [as_completed_body]
rill::coro<int> first_answer_above(int limit) {
  std::vector<rill::coro<int>> questions;
  for (int i = 1; i < 4; ++i) questions.push_back(answer_after(i * 10ms));
  const auto body = [limit](rill::completions<rill::task<int>>& ended) -> rill::coro<int> {
    while (auto next = co_await ended.next()) {
      const int answer = next->handle.result();
      if (answer > limit) co_return answer;  // the others are cancelled
    }
    co_return 0;
  };
  co_return co_await rill::as_completed(std::move(questions), body);
}
// [/as_completed_body]

// [with]
class ledger {
 public:
  rill::coro<> open() { co_await rill::sleep(1ms); }
  rill::coro<> close(std::exception_ptr error) {
    co_await rill::sleep(1ms);
    std::puts(error ? "entries dropped" : "entries written");
  }
  void enter(int amount) { sum_ += amount; }
  int sum() const { return sum_; }

 private:
  int sum_ = 0;
};

rill::coro<int> book() {
  const auto body = [](ledger& entries) -> rill::coro<int> {
    entries.enter(3);
    entries.enter(4);
    co_return entries.sum();
  };
  co_return co_await rill::with(ledger(), body);  // written when this goes on
}
// [/with]

// [exit_stack]
rill::coro<int> book_in_many(int count) {
  const auto body = [count](rill::exit_stack& stack) -> rill::coro<int> {
    int sum = 0;
    for (int i = 0; i < count; ++i) {
      ledger& entries = co_await stack.enter(ledger());
      entries.enter(i);
      sum += entries.sum();
    }
    stack.callback([] { std::puts("all entered"); });
    co_return sum;
  };
  co_return co_await rill::with_exit_stack(body);  // closed, the last first
}
// [/exit_stack]

void ask_another_thread() {
  // [run_coroutine_threadsafe]
  rill::event_loop loop;
  std::thread other([&loop] { loop.run_forever(); });
  const auto answer = rill::run_coroutine_threadsafe(answer_after(1ms), loop);
  int value = 0;
  if (answer.wait_for(5s)) {
    value = answer.result();
  } else {
    answer.cancel();
  }
  loop.call_soon_threadsafe([&loop] { loop.stop(); });
  other.join();
  // [/run_coroutine_threadsafe]
  expect(value == 42, "run_coroutine_threadsafe");
}

// [views]
rill::async_generator<int> numbers(int last) {
  for (int i = 1; i <= last; ++i) {
    co_await rill::yield();
    co_yield i;
  }
}

rill::coro<int> sum_of_squares() {
  const auto is_odd = [](int number) { return number % 2 == 1; };
  const auto square = [](int number) { return number * number; };
  auto few =
      numbers(100) | rill::views::filter(is_odd) | rill::views::take(3) | rill::views::map(square);
  int sum = 0;
  while (auto item = co_await few.next()) sum += *item;
  co_return sum;  // 1 + 9 + 25
}
// [/views]

// [collect]
rill::coro<std::size_t> count_them() {
  const std::vector<int> all = co_await rill::collect(numbers(10));
  co_return all.size();
}
// [/collect]

// [merge]
rill::async_generator<std::string> ticks(std::string text, std::chrono::milliseconds pause) {
  for (int i = 0; i < 2; ++i) {
    co_await rill::sleep(pause);
    co_yield text;
  }
}

rill::coro<std::string> listen_to_both() {
  std::string heard;
  auto both = rill::merge(ticks("tick ", 1ms), ticks("tock ", 10ms));
  while (auto text = co_await both.next()) heard += *text;
  co_return heard;
}
// [/merge]

rill::coro<int> all() {
  const int value = co_await logged(answer_after(1ms), "the question");
  expect(value == 42, "awaitable");
  const int asked = co_await ask_twice();
  expect(asked == 42, "wait_for");
  const int parts = co_await read_with_patience();
  expect(parts == 3, "timeout");
  const std::string greeting = co_await greeting_or_default();
  expect(greeting == "hello, stranger", "move_on_after");
  const int sum = co_await add_up();
  expect(sum == 5 * 42, "gather");
  const std::size_t done = co_await first_of_three();
  expect(done >= 1, "wait");
  co_await leave_in_order();
  const int together = co_await work_together();
  expect(together == 10, "task_group");
  const int port = co_await serve_and_ask();
  expect(port == 4711, "task_status");
  const std::size_t known = co_await sort_errors();
  expect(known == 1, "exception_group");
  const std::string answer = co_await ask_with_default();
  expect(answer == "no answer", "race");
  const int connected = co_await connect_somewhere();
  expect(connected == 42, "staggered_race");
  const std::size_t first = co_await in_order_of_ending();
  expect(first == 2, "as_completed");
  const int booked = co_await book();
  expect(booked == 7, "with");
  const int booked_in_many = co_await book_in_many(3);
  expect(booked_in_many == 3, "exit_stack");
  const int above = co_await first_answer_above(1);
  expect(above > 1, "as_completed with a body");
  const int squares = co_await sum_of_squares();
  expect(squares == 35, "views");
  const std::size_t count = co_await count_them();
  expect(count == 10, "collect");
  const std::string heard = co_await listen_to_both();
  expect(heard == "tick tick tock tock ", "merge");
  co_return 0;
}

}  // namespace

int main() {
  ask_another_thread();
  return rill::run(all());
}
