// SPDX-License-Identifier: BSL-1.0
// Context variables: values of tasks, and a context that callbacks share.
// Listings R6.5a, R6.5b.
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

const rill::context_var<int> memory("memory");
const rill::context_var<std::string> user("user", "nobody");

std::string remembered() {
  const int* const value = memory.find();
  return value != nullptr ? std::to_string(*value) : "None";
}

rill::coro<> remember(int value) {
  const std::string before = remembered();
  memory.set(value);
  co_await rill::yield();  // the others set theirs meanwhile
  std::printf("%s %s\n", before.c_str(), remembered().c_str());
}

rill::coro<> each_its_own() {
  std::vector<rill::coro<>> tasks;
  for (int i = 0; i < 10; ++i) tasks.push_back(remember(i));
  co_await rill::gather(std::move(tasks));
  std::printf("outside: %s\n", remembered().c_str());
}

// Callbacks have a copy each; a context that they are given keeps what they set.
rill::coro<> callbacks_with_a_memory() {
  rill::event_loop& loop = rill::event_loop::running();
  const rill::context shared;
  const auto count = [] {
    const int* const value = memory.find();
    const int next = value == nullptr ? 0 : *value + 1;
    std::printf("%s\n", remembered().c_str());
    auto change = memory.set(next);
    if (next > 4) memory.reset(change);  // takes it back: four it stays
  };
  for (int i = 0; i < 10; ++i) loop.call_soon(shared.bind(count));
  co_await rill::sleep(1s);
  try {
    shared.run([&shared] { shared.run([] {}); });
  } catch (const rill::usage_error& error) {
    std::printf("%s\n", error.what());
  }
}

rill::coro<> greet() {
  say("hello, " + user.get());
  co_return;
}

rill::coro<> for_a_while() {
  {
    const auto guard = user.scoped("Ada");
    co_await greet();
    rill::create_task(greet()).detach();  // has a copy, and keeps it
  }
  co_await greet();
  co_await rill::sleep(1s);
}

rill::coro<> recipe() {
  co_await each_its_own();
  co_await callbacks_with_a_memory();
  co_await for_a_while();
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
