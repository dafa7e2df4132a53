// SPDX-License-Identifier: BSL-1.0
// Delays that are started from the keyboard: what they say scrolls above the line that is typed,
// which nothing disturbs. Through a pipe it works by lines.
// Listings F 8.9, F 8.10, F* 8.9, F* 8.10, N20, N60.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "chat/front_end.hpp"
#include "rill/rill.hpp"
#include "support/command_line.hpp"

namespace {

constexpr std::string_view usage =
    "usage: delays [--scale FACTOR]\n"
    "  --scale FACTOR  how long a second is (1)\n"
    "  Each line is a number of seconds. Ctrl-D ends it.";

std::optional<int> whole_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

rill::coro<> say(chat::front_end& user, std::string text) {
  const std::vector<std::string> message(1, text);
  co_await user.show(message);
}

rill::coro<> delay(chat::front_end& user, int seconds, double scale) {
  const std::string number = std::to_string(seconds);
  co_await say(user, "Starting delay " + number);
  co_await rill::sleep(std::chrono::duration<double>(seconds * scale));
  co_await say(user, "Finished delay " + number);
}

rill::coro<> take_orders(chat::front_end& user, double scale) {
  const auto body = [&user, scale](rill::task_group& delays) -> rill::coro<> {
    while (auto line = co_await user.next_line()) {
      const std::optional<int> seconds = whole_number(*line);
      if (seconds) {
        delays.create_task(delay(user, *seconds, scale));
      } else {
        co_await say(user, "not a number of seconds: " + *line);
      }
    }
    // Who leaves the keyboard does not wait; what comes out of a pipe is complete.
    if (user.interactive()) delays.cancel();
  };
  co_await rill::with_task_group(body);
}

rill::coro<> run_console(double scale) {
  const std::unique_ptr<chat::front_end> user = co_await chat::open_front_end();
  std::exception_ptr error;
  try {
    co_await rill::race(take_orders(*user, scale), user->attend());
  } catch (...) {
    error = std::current_exception();
  }
  co_await user->close();
  if (error) std::rethrow_exception(error);
}

}  // namespace

int main(int count, char** arguments) {
  examples::command_line command(count, arguments, usage);
  const double scale = command.number("--scale", 1, 0, 1000);
  command.done();
  chat::treat_signals_as_interrupts();
  try {
    rill::run(run_console(scale));
    return 0;
  } catch (const rill::interrupted_error&) {
    return chat::interrupted_status();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "delays: %s\n", error.what());
    return 1;
  }
}
