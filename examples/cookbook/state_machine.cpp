// SPDX-License-Identifier: BSL-1.0
// A state machine that is an async generator: events are sent in, it yields its state.
// Listing R4.4.
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

enum class state { idle, started, paused };
enum class event { start, pause, stop, exit };

const char* name_of(state one) {
  switch (one) {
    case state::idle:
      return "IDLE";
    case state::started:
      return "STARTED";
    case state::paused:
      return "PAUSED";
  }
  return "?";
}

state behind(state now, event what) {
  if (what == event::start) return state::started;
  if (what == event::pause && now == state::started) return state::paused;
  if (what == event::pause) return now;
  return state::idle;
}

// Ends in IDLE behind the event exit.
rill::async_generator<state, event> machine() {
  state now = state::idle;
  bool running = true;
  while (running) {
    const std::optional<event> what = co_yield now;
    if (!what) continue;  // stepped with next(): nothing has happened
    const state next = behind(now, *what);
    say(std::string("Transitioning from ") + name_of(now) + " to " + name_of(next));
    now = next;
    running = *what != event::exit;
  }
}

// Stands for whoever sits at the keyboard.
rill::async_generator<std::string> typed() {
  for (const char* const line : {"0", "1", "1", "0", "2", "9", "x", "-1", "", "3", "0"}) {
    co_await rill::sleep(1s);
    co_yield line;
  }
}

std::optional<event> parse(std::string_view line) {
  if (line.size() != 1 || line[0] < '0' || line[0] > '3') return std::nullopt;
  return static_cast<event>(line[0] - '0');
}

rill::coro<> serve(rill::async_generator<state, event> states) {
  std::printf("0) Start  1) Pause  2) Stop  3) Exit\n");
  co_await states.next();  // to its first state
  auto lines = typed();
  while (auto line = co_await lines.next()) {
    const std::optional<event> what = parse(*line);
    if (!what) {
      say("Please enter a valid choice!");
      continue;
    }
    const auto now = co_await states.send(*what);
    if (!now) break;
  }
  co_await lines.aclose();
  say("good bye");
}

rill::coro<> recipe() { return serve(machine()); }

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
