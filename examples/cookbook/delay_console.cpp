// SPDX-License-Identifier: BSL-1.0
// A console that sleeps: each line of standard input is a delay, and all of them run at once. With
// the foil, which reads in a way that stops the loop.
// Listings F 8.4, F 8.5, F 8.6, F* 8.4, F* 8.5, F* 8.6, N23, N56.
//
//     printf '5\n4\n3\n' | cookbook_delay_console
#include <charconv>
#include <chrono>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "cookbook/cookbook.hpp"

using cookbook::say;

namespace {

std::optional<unsigned> number_in(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  unsigned number = 0;
  const char* const end = line.data() + line.size();
  const auto [stop, error] = std::from_chars(line.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

rill::coro<> delay(unsigned seconds) {
  const std::string text = " for " + std::to_string(seconds) + " second(s)";
  say("sleeping" + text);
  co_await rill::sleep(std::chrono::seconds(seconds));
  say("finished sleeping" + text);
}

// The foil: reading blocks the thread, and with it every task. A yield behind each line lets each
// task take one step, and no more.
rill::coro<> blocking(bool yields) {
  std::istringstream keyboard("2\n1\n");  // stands for std::cin
  std::vector<rill::task<>> delays;
  std::string line;
  while (std::getline(keyboard, line)) {
    say("read " + line);
    delays.push_back(rill::create_task(delay(number_in(line).value_or(0))));
    if (yields) co_await rill::yield();
  }
  say("all is read");
  for (rill::task<>& each : delays) each.cancel();
}

// Input stays live while the delays run; what is no number is reported, and the next line counts.
rill::coro<> console() {
  const auto body = [](rill::task_group& delays) -> rill::coro<> {
    rill::stream_reader input = co_await rill::open_standard_input();
    while (auto line = co_await input.next_line()) {
      if (const auto seconds = number_in(*line)) {
        delays.create_task(delay(*seconds));
      } else {
        say("not a number of seconds: " + line->substr(0, line->find('\n')));
      }
    }
  };
  co_await rill::with_task_group(body);
}

rill::coro<> recipe() {
  co_await blocking(false);
  co_await blocking(true);
  co_await console();
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
