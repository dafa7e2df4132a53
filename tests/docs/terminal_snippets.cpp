// SPDX-License-Identifier: BSL-1.0
// The examples of the reference pages of the terminal. They do something where there is one.
#include <cstdio>
#include <utility>

#include "rill/rill.hpp"

namespace {

// [terminal]
rill::coro<> follow_size() {
  rill::terminal_size_watch watch;
  while (true) {
    const rill::terminal_size size = co_await watch.changed();
    std::printf("%u columns, %u rows\n", size.columns, size.rows);
  }
}

// Runs a program that wants each key as it is pressed.
rill::coro<> with_keys(rill::coro<> program) {
  rill::terminal_mode mode;
  if (rill::is_terminal(rill::standard_input_handle())) mode = rill::terminal_mode::character();
  co_await std::move(program);
}
// [/terminal]

}  // namespace

int main() {
  const auto program = []() -> rill::coro<> {
    if (!rill::is_terminal(rill::standard_output_handle())) co_return;
    rill::task<> sizes = rill::create_task(follow_size());
    co_await rill::yield();
    sizes.cancel();
  };
  rill::run(with_keys(program()));
  return 0;
}
