// SPDX-License-Identifier: BSL-1.0
// The example of the reference page of the standard streams.
#include <cctype>
#include <cstdio>
#include <string>

#include "docs/this_platform.hpp"
#include "rill/rill.hpp"

namespace {

// [shout]
rill::coro<> shout() {
  rill::stream_reader input = co_await rill::open_standard_input();
  rill::stream_writer output = co_await rill::open_standard_output();
  while (auto line = co_await input.next_line()) {
    for (char& letter : *line) letter = static_cast<char>(std::toupper(letter));
    co_await output.write_all(*line);
  }
  co_await output.flush();
}
// [/shout]

}  // namespace

int main() {
  // Whatever the test has given us; a file in place of it.
  if (std::freopen(docs::empty_file(), "r", stdin) == nullptr) return 1;
  rill::run(shout());
  return 0;
}
