// SPDX-License-Identifier: BSL-1.0
//
// The frame of the cookbook's programs: a coroutine that is run in real time; with --virtual in
// virtual time, as the tests do; with --scale faster or slower.
#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "cookbook/scaled_time.hpp"
#include "rill/rill.hpp"
#include "rill/testing/virtual_clock.hpp"
#include "support/command_line.hpp"

namespace cookbook {

inline rill::time_point beginning;

/// Prints a line with the seconds since the recipe has begun.
inline void say(const std::string& text) {
  const std::chrono::duration<double> passed = rill::loop_clock::now() - beginning;
  std::printf("%5.1f s  %s\n", passed.count(), text.c_str());
  std::fflush(stdout);
}

/// Stands for work that takes its time: a request, a query.
inline rill::coro<std::string> fetch(std::string name, std::chrono::nanoseconds takes) {
  co_await rill::sleep(takes);
  co_return "page of " + name;
}

/// The same, of something that is not there.
inline rill::coro<std::string> fetch_in_vain(std::string name, std::chrono::nanoseconds takes) {
  co_await rill::sleep(takes);
  throw std::runtime_error("no page at " + name);
}

/// For files that other runs of the same recipe must not meet.
inline std::string unique_name() {
  return std::to_string(std::chrono::steady_clock::now().time_since_epoch().count());
}

inline rill::coro<> begin(rill::coro<> recipe) {
  beginning = rill::loop_clock::now();
  co_await std::move(recipe);
}

inline constexpr std::string_view usage =
    "usage: cookbook_RECIPE [--virtual] [--scale FACTOR]\n"
    "  --virtual       in virtual time: waiting takes no time\n"
    "  --scale FACTOR  a second takes so many seconds (1)";

/// The time that the command line asks for. Nonsense ends the program with a usage text and exit
/// code 2. Must outlive the loops that are made with its options.
class timing {
 public:
  /// Takes the options out that it knows; the others are the caller's.
  explicit timing(examples::command_line& line)
      : is_virtual_(line.flag("--virtual")),
        scale_(line.number("--scale", 1, 0.001, 1000)),
        scaled_clock_(scale_) {
    // A shell that starts a program in the background may have it ignore Ctrl-C.
    std::signal(SIGINT, SIG_DFL);
  }
  timing(int count, char** arguments) : timing(command_line(count, arguments)) {}

  bool is_virtual() const noexcept { return is_virtual_; }

  rill::loop_options options() {
    rill::loop_options options;
    if (is_virtual_) {
      options.clock = &virtual_clock_;
    } else if (scale_ != 1) {
      options.clock = &scaled_clock_;
      options.custom_reactor = std::make_unique<scaled_reactor>(scale_);
    }
    return options;
  }

 private:
  static examples::command_line command_line(int count, char** arguments) {
    return examples::command_line(count, arguments, usage);
  }
  explicit timing(examples::command_line&& line) : timing(line) { line.done(); }

  rill::testing::virtual_clock virtual_clock_;
  bool is_virtual_;
  double scale_;
  scaled_clock scaled_clock_;
};

/// Ctrl-C ends a recipe as it ends other programs, after its clean-up.
inline constexpr int interrupted_status = 130;

inline int run(timing& time, rill::coro<> recipe) {
  try {
    rill::run(begin(std::move(recipe)), time.options());
  } catch (const rill::interrupted_error&) {
    return interrupted_status;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}

inline int run(int count, char** arguments, rill::coro<> recipe) {
  timing time(count, arguments);
  return run(time, std::move(recipe));
}

/// main() of a recipe that plays alone, or, with --port, serves whoever connects until Ctrl-C, in
/// real time. Both are coroutine functions; `serve` takes the port.
template <class Recipe, class Serve>
int play_or_serve(int count, char** arguments, std::string_view usage_text, Recipe recipe,
                  Serve serve) {
  examples::command_line line(count, arguments, usage_text);
  timing time(line);
  const int port = line.whole_number("--port", -1, 0, 65535);
  line.done();
  if (port < 0) return run(time, recipe());
  if (time.is_virtual()) line.fail("--port serves in real time");
  const int ended = run(time, serve(static_cast<std::uint16_t>(port)));
  return ended == interrupted_status ? 0 : ended;
}

}  // namespace cookbook
