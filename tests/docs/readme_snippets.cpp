// SPDX-License-Identifier: BSL-1.0
// The program on the front page.
// [hello]
#include <chrono>
#include <cstdio>
#include <string>

#include <rill/rill.hpp>

using namespace std::chrono_literals;

rill::coro<std::string> greet(std::string name) {
  co_await rill::sleep(10ms);
  co_return "hello, " + name;
}

rill::coro<int> hello() {
  auto first = rill::create_task(greet("coroutine"));  // both run at the same time
  auto second = rill::create_task(greet("world"));
  const std::string& one = co_await first;
  const std::string& two = co_await second;
  std::printf("%s and %s\n", one.c_str(), two.c_str());
  co_return 0;
}

int main() { return rill::run(hello()); }
// [/hello]
