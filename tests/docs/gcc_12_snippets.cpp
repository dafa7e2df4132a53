// SPDX-License-Identifier: BSL-1.0
// The safe spellings on the guide's page "GCC 12": compiled and run with every compiler.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rill/combinators/wait_for.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/runner.hpp"

namespace {

struct order {
  std::string item;
  int count = 0;
};

rill::coro<bool> ready(int asked) {
  co_await rill::yield();
  co_return asked > 2;
}

rill::coro<std::optional<std::string>> next_line(int& left) {
  co_await rill::yield();
  if (left == 0) co_return std::nullopt;
  --left;
  co_return std::string(40, 'x');
}

rill::coro<int> store(order what) {
  co_await rill::yield();
  co_return what.count;
}

rill::coro<int> sum(std::vector<int> values) {
  co_await rill::yield();
  int total = 0;
  for (int value : values) total += value;
  co_return total;
}

rill::coro<std::string> fetch(std::string from) {
  co_await rill::yield();
  co_return from + "!";
}

// [condition]
rill::coro<> wait_until_ready() {
  int asked = 0;
  while (true) {
    const bool done = co_await ready(asked++);
    if (done) break;
  }
}
// [/condition]

// [declared]
rill::coro<int> count_lines(int left) {
  int count = 0;
  while (auto line = co_await next_line(left)) ++count;
  co_return count;
}
// [/declared]

// [lambda]
rill::coro<int> length_in_a_task(std::string name) {
  auto measure = [name]() -> rill::coro<int> {
    co_await rill::yield();
    co_return static_cast<int>(name.size());
  };
  const int length = co_await rill::create_task(std::move(measure));
  co_return length;
}
// [/lambda]

// [arguments]
rill::coro<int> length_by_arguments(std::string name) {
  const int length = co_await rill::create_task(
      [](std::string text) -> rill::coro<int> {
        co_await rill::yield();
        co_return static_cast<int>(text.size());
      },
      std::move(name));
  co_return length;
}
// [/arguments]

// [aggregate]
rill::coro<int> store_one(std::string item) {
  order wanted{.item = std::move(item), .count = 1};
  co_return co_await store(std::move(wanted));
}
// [/aggregate]

// [list]
rill::coro<int> sum_three() {
  std::vector<int> values{1, 2, 3};
  co_return co_await sum(std::move(values));
}
// [/list]

// [choice]
rill::coro<std::string> fetch_either(bool first) {
  std::string from = "second";
  if (first) from = "first";
  std::string got = co_await fetch(std::move(from));
  co_return got;
}
// [/choice]

// [new]
rill::coro<std::unique_ptr<std::string>> fetch_owned() {
  auto owned = std::make_unique<std::string>(co_await fetch("there"));
  co_return owned;
}
// [/new]

void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "gcc_12_snippets: %s\n", what);
  std::exit(1);
}

rill::coro<int> number(int value) {
  co_await rill::yield();
  co_return value;
}

// [one_by_one]
rill::coro<int> sum_one_by_one() {
  const int first = co_await rill::wait_for(number(1), std::chrono::seconds(1));
  const int second = co_await rill::wait_for(number(2), std::chrono::seconds(1));
  co_return first + second;
}
// [/one_by_one]

rill::coro<> all() {
  const std::string name(40, 'n');
  co_await wait_until_ready();
  const int lines = co_await count_lines(3);
  expect(lines == 3, "three lines");
  const int in_task = co_await length_in_a_task(name);
  expect(in_task == 40, "a lambda with a name");
  const int by_arguments = co_await length_by_arguments(name);
  expect(by_arguments == 40, "arguments beside a lambda");
  const int stored = co_await store_one(name);
  expect(stored == 1, "an aggregate with a name");
  const int total = co_await sum_three();
  expect(total == 6, "a container with a name");
  const std::string either = co_await fetch_either(true);
  expect(either == "first!", "if instead of the conditional operator");
  const auto owned = co_await fetch_owned();
  expect(*owned == "there!", "make_unique");
  const int sum = co_await sum_one_by_one();
  expect(sum == 3, "one await, one line");
}

}  // namespace

int main() {
  rill::run(all());
  return 0;
}
