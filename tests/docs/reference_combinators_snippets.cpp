// SPDX-License-Identifier: BSL-1.0
// The examples of the reference pages of combinators, and of awaitable.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

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

rill::coro<int> all() {
  const int value = co_await logged(answer_after(1ms), "the question");
  expect(value == 42, "awaitable");
  const int asked = co_await ask_twice();
  expect(asked == 42, "wait_for");
  const int parts = co_await read_with_patience();
  expect(parts == 3, "timeout");
  const std::string greeting = co_await greeting_or_default();
  expect(greeting == "hello, stranger", "move_on_after");
  co_return 0;
}

}  // namespace

int main() { return rill::run(all()); }
