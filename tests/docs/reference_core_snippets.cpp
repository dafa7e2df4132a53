// SPDX-License-Identifier: BSL-1.0
// The examples of the reference pages of core that the first steps do not have.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rill/rill.hpp"

namespace {

using namespace std::chrono_literals;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("reference, core: %s\n", what);
  std::exit(1);
}

// [coro_move]
rill::coro<std::string> read_part(int number) {
  co_await rill::yield();
  co_return "part " + std::to_string(number);
}

rill::coro<std::string> read_two() {
  rill::coro<std::string> later = read_part(2);  // made, not begun
  std::string text = co_await read_part(1);
  text += ", ";
  text += co_await std::move(later);  // runs now; a name is awaited as an rvalue, once
  co_return text;
}
// [/coro_move]

rill::coro<> work() { co_await rill::sleep(1h); }

rill::coro<> named_tasks() {
  // [options]
  auto task = rill::create_task(work(), {.name = "worker"});
  const std::string name = task.name();
  auto unnamed = rill::create_task(work());
  const std::size_t others = rill::all_tasks().size() - 1;  // all but this one
  // [/options]
  co_await rill::yield();
  expect(name == "worker" && others >= 2, "options");
  task.cancel();
  unnamed.cancel();
}

// [shielded]
rill::coro<> say_goodbye() {
  const rill::cancel_scope scope(rill::cancel_scope::shielding::shielded);
  co_await rill::sleep(1ms);  // a cancellation from outside waits until the scope is left
  std::puts("goodbye");
}
// [/shielded]

rill::coro<> shields() {
  auto task = rill::create_task(say_goodbye());
  co_await rill::yield();
  task.cancel();
  co_await task;
  expect(!task.cancelled(), "shielded");
}

// [await_again]
rill::coro<> watch(rill::future<std::string> news) {
  const std::string& text = co_await news;  // a reference: the value stays for the others
  std::printf("got %s\n", text.c_str());
}
// [/await_again]

rill::coro<> callbacks_of_futures() {
  auto news = rill::create_future<std::string>();
  auto one = rill::create_task(watch(news));
  auto two = rill::create_task(watch(news));
  // [done_callback]
  auto report = [](const rill::any_future& ended) { std::printf("done: %d\n", ended.done()); };
  news.add_done_callback(report);
  const rill::done_callback_id id = news.add_done_callback([] { std::puts("never printed"); });
  const std::size_t removed = news.remove_done_callback(id);
  news.set_result("the news");
  // [/done_callback]
  co_await one;
  co_await two;
  expect(removed == 1, "done_callback");
}

rill::coro<int> half_of(int number) {
  co_await rill::yield();
  if (number % 2 != 0) throw std::invalid_argument("an odd number");
  co_return number / 2;
}

// [attempt]
rill::coro<rill::result<int>> attempt(int number) {
  std::exception_ptr error;
  try {
    const int value = co_await half_of(number);
    co_return rill::result<int>(std::in_place, value);
  } catch (const rill::cancelled_error&) {
    throw;  // not an outcome of the work
  } catch (...) {
    error = std::current_exception();
  }
  co_return rill::result<int>(error);
}
// [/attempt]

rill::coro<> results() {
  // [use_result]
  rill::result<int> good = co_await attempt(84);
  const rill::result<int> bad = co_await attempt(7);
  if (good) std::printf("%d\n", good.value());
  if (!bad) std::printf("%s\n", rill::describe_exception(bad.error()).c_str());
  // [/use_result]
  expect(good && good.value() == 42 && !bad && !bad.cancelled(), "result");
}

// [yield]
rill::coro<std::uint64_t> sum_up(std::vector<std::uint32_t> numbers) {
  std::uint64_t sum = 0;
  std::size_t count = 0;
  for (const std::uint32_t number : numbers) {
    sum += number;
    if (++count % 1024 == 0) co_await rill::yield();  // others are served in between
  }
  co_return sum;
}
// [/yield]

// [generator]
rill::async_generator<int> countdown(int from) {
  for (; from > 0; --from) {
    co_await rill::sleep(1ms);
    co_yield from;
  }
}

rill::coro<int> add_up() {
  int sum = 0;
  auto numbers = countdown(3);
  while (auto number = co_await numbers.next()) sum += *number;
  co_return sum;
}
// [/generator]

void close_session(std::vector<std::string>& log) { log.emplace_back("closed"); }

// [generator_close]
rill::async_generator<std::string> lines(std::vector<std::string>& log) {
  bool closing = false;
  while (!closing) {
    co_await rill::sleep(1ms);
    try {
      co_yield "line";
    } catch (const rill::generator_exit&) {
      closing = true;
    }
  }
  co_await rill::sleep(1ms);  // say good-bye
  close_session(log);
}

rill::coro<std::string> first_line(std::vector<std::string>& log) {
  const auto body = [](rill::async_generator<std::string>& from) -> rill::coro<std::string> {
    const auto line = co_await from.next();
    co_return line.value_or("");
  };
  co_return co_await rill::with(lines(log), body);
}
// [/generator_close]

// [context_var]
const rill::context_var<std::string> request_id("request_id", "-");

std::string tagged(const std::string& text) { return "[" + request_id.get() + "] " + text; }

rill::coro<std::string> serve(std::string id) {
  request_id.set(std::move(id));  // seen by all that is awaited and made from here
  co_await rill::yield();
  co_return tagged("served");
}

rill::coro<std::string> serve_two() {
  auto [one, other] = co_await rill::gather(serve("1"), serve("2"));
  co_return one + ", " + other + ", " + tagged("done");
}
// [/context_var]

// [context]
rill::coro<int> count_callbacks() {
  static const rill::context_var<int> count("count", 0);
  rill::event_loop& loop = rill::event_loop::running();
  const rill::context counts;
  const auto more = [] { count.set(count.get() + 1); };
  for (int i = 0; i < 3; ++i) loop.call_soon(counts.bind(more));
  co_await rill::sleep(1ms);
  co_return *counts.find(count);  // here it is still 0
}
// [/context]

rill::coro<int> all() {
  const std::string text = co_await read_two();
  expect(text == "part 1, part 2", "coro_move");
  co_await named_tasks();
  co_await shields();
  co_await callbacks_of_futures();
  co_await results();
  std::vector<std::uint32_t> numbers(5000, 2);
  const std::uint64_t sum = co_await sum_up(std::move(numbers));
  expect(sum == 10000, "yield");
  const std::string served = co_await serve_two();
  expect(served == "[1] served, [2] served, [-] done", "context_var");
  const int calls = co_await count_callbacks();
  expect(calls == 3, "context");
  const int counted = co_await add_up();
  expect(counted == 6, "generator");
  std::vector<std::string> log;
  const std::string line = co_await first_line(log);
  expect(line == "line" && log.size() == 1, "generator_close");
  co_return 0;
}

}  // namespace

int main() { return rill::run(all()); }
