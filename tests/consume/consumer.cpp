// SPDX-License-Identifier: BSL-1.0
//
// The program that each consumer builds: coroutines, a task, the loop and its clock.
#include <chrono>
#include <cstdio>
#include <rill/rill.hpp>

namespace {

rill::coro<int> slow_double(int value) {
  co_await rill::sleep(std::chrono::milliseconds(1));
  co_return 2 * value;
}

rill::coro<int> consume() {
  auto task = rill::create_task(slow_double(20));
  const int two = co_await slow_double(1);
  const int forty = co_await std::move(task);
  co_return forty + two;
}

}  // namespace

int main() {
  const int answer = rill::run(consume());
  std::printf("rill %s says %d\n", rill::library_version(), answer);
  return answer == 42 ? 0 : 1;
}
