// SPDX-License-Identifier: BSL-1.0
//
// The terminal is put back on every way out of a process: each case runs a program under a
// pseudo-terminal.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>

#include "rill/core/errors.hpp"
#include "rill/loop/run_errors.hpp"
#include "rill/loop/runner.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/streams/terminal.hpp"
#include "rill/testing/idle_reactor.hpp"
#include "support/catch.hpp"
#include "support/child_process.hpp"
#include "support/pseudo_terminal.hpp"

namespace {

using namespace std::chrono_literals;
using rill::coro;
using rill::terminal_mode;
using rill_test::pseudo_terminal;
using rill_test::terminal_process;

void say(const char* text) {
  const ssize_t written = ::write(1, text, std::string(text).size());
  static_cast<void>(written);
}

rill::terminal_mode_options with_texts() {
  rill::terminal_mode_options options;
  options.enter = "<in>";
  options.leave = "<out>";
  return options;
}

// Waits in character mode for the end.
int wait_for_signal() {
  const terminal_mode mode = terminal_mode::character(with_texts());
  say("ready");
  while (true) ::pause();
}

rill::loop_options without_io() {
  rill::loop_options options;
  options.custom_reactor = std::make_unique<rill::testing::idle_reactor>();
  return options;
}

/// Runs the program until it is in character mode, sends it keys, and tells how it ended.
template <class Program>
int end_by_keys(pseudo_terminal& terminal, Program program, const char* keys) {
  terminal_process process(terminal, program);
  process.wait_for("ready");
  CHECK(terminal.is_in_character_mode());
  terminal.type(keys);
  return process.wait();
}

int end_by_itself(int number) {
  const terminal_mode mode = terminal_mode::character(with_texts());
  say("ready");
  std::raise(number);
  return 0;
}

}  // namespace

TEST_CASE("the end of main puts the terminal back", "[terminal_restore]") {
  pseudo_terminal terminal;
  terminal_process process(terminal, [] {
    const terminal_mode mode = terminal_mode::character();
    say("ready");
    return 3;
  });
  CHECK(process.wait() == 3);
  CHECK(terminal.is_ordinary());
}

TEST_CASE("exit() puts the terminal back", "[terminal_restore]") {
  pseudo_terminal terminal;
  terminal_process process(terminal, [] {
    const terminal_mode mode = terminal_mode::character(with_texts());
    say("ready");
    std::exit(4);
    return 0;
  });
  const std::string seen = process.wait_for("<out>");
  CHECK(process.wait() == 4);
  CHECK(seen == "<in>ready<out>");
  CHECK(terminal.is_ordinary());
}

TEST_CASE("std::terminate() puts the terminal back", "[terminal_restore]") {
  pseudo_terminal terminal;
  terminal_process process(terminal, [] {
    const terminal_mode mode = terminal_mode::character();
    std::terminate();  // as for an exception that nobody catches
    return 0;
  });
  CHECK(process.wait() == 128 + SIGABRT);
  CHECK(terminal.is_ordinary());
}

TEST_CASE("Ctrl-C and Ctrl-\\ put the terminal back", "[terminal_restore]") {
  for (const bool quit : {false, true}) {
    pseudo_terminal terminal;
    const int end = end_by_keys(terminal, wait_for_signal, quit ? "\x1c" : "\x03");
    CHECK(end == 128 + (quit ? SIGQUIT : SIGINT));
    CHECK(terminal.is_ordinary());
    CHECK(terminal.printed().find("<out>") != std::string::npos);
  }
}

TEST_CASE("signals that end the process put the terminal back", "[terminal_restore]") {
  for (const int number :
       {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL,
        SIGALRM, SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ}) {
    INFO("signal " << number);
    pseudo_terminal terminal;
    terminal_process process(terminal, [number] {
      std::signal(number, SIG_DFL);
      return end_by_itself(number);
    });
    CHECK(process.wait() == 128 + number);
    CHECK(terminal.is_ordinary());
    CHECK(terminal.printed() == "<in>ready<out>");
  }
}

TEST_CASE("a signal that is ignored stays so", "[terminal_restore]") {
  pseudo_terminal terminal;
  terminal_process process(terminal, [] {
    std::signal(SIGHUP, SIG_IGN);
    return end_by_itself(SIGHUP);
  });
  CHECK(process.wait() == 0);
  CHECK(terminal.is_ordinary());
}

TEST_CASE("a handler of the program is called, and decides", "[terminal_restore]") {
  static volatile std::sig_atomic_t handled = 0;
  pseudo_terminal terminal;
  SECTION("it goes on") {
    terminal_process process(terminal, [] {
      std::signal(SIGTERM, [](int) { handled = 1; });
      const terminal_mode mode = terminal_mode::character(with_texts());
      std::raise(SIGTERM);
      say(handled == 1 ? "handled" : "missed");
      ::usleep(1000);
      return 0;
    });
    const std::string seen = process.wait_for("handled");
    CHECK(seen.find("<out>handled") == std::string::npos);
    CHECK(process.wait() == 0);
  }
  SECTION("it ends the process by the signal") {
    terminal_process process(terminal, [] {
      std::signal(SIGTERM, [](int number) {
        std::signal(number, SIG_DFL);
        std::raise(number);
      });
      return end_by_itself(SIGTERM);
    });
    CHECK(process.wait() == 128 + SIGTERM);
  }
  SECTION("it is there again afterwards") {
    terminal_process process(terminal, [] {
      std::signal(SIGTERM, [](int) { handled = 1; });
      {
        const terminal_mode mode = terminal_mode::character();
      }
      std::raise(SIGTERM);
      return handled == 1 ? 0 : 1;
    });
    CHECK(process.wait() == 0);
  }
  CHECK(terminal.is_ordinary());
}

TEST_CASE("a handler of a crash that does not return finds the terminal put back",
          "[terminal_restore]") {
  pseudo_terminal terminal;
  terminal_process process(terminal, [] {
    std::signal(SIGSEGV, [](int) { ::_exit(9); });
    return end_by_itself(SIGSEGV);
  });
  CHECK(process.wait() == 9);
  CHECK(terminal.is_ordinary());
}

TEST_CASE("a suspended program leaves the terminal as it was, and has its mode again",
          "[terminal_restore]") {
  pseudo_terminal terminal;
  terminal_process process(terminal, wait_for_signal);
  process.wait_for("ready");
  for (int round = 0; round < 2; ++round) {
    terminal.type("\x1a");
    const std::string stopped = process.wait_for("[stopped]");
    CHECK(stopped.find("<out>") != std::string::npos);
    CHECK(terminal.is_ordinary());
    process.ask_leader(SIGUSR1);
    process.wait_for("<in>");
    CHECK(terminal.is_in_character_mode());
  }
  terminal.type("\x03");
  CHECK(process.wait() == 128 + SIGINT);
  CHECK(terminal.is_ordinary());
}

TEST_CASE("a program in the background waits for the foreground to set a mode",
          "[terminal_restore]") {
  pseudo_terminal terminal;
  terminal_process process(terminal, [] {
    ::tcsetpgrp(0, ::getppid());
    return wait_for_signal();
  });
  CHECK(process.wait_for("[stopped]") == "[stopped]\r\n");
  CHECK(terminal.is_ordinary());
  process.ask_leader(SIGUSR1);
  CHECK(process.wait_for("ready") == "<in>ready");
  CHECK(terminal.is_in_character_mode());
  terminal.type("\x03");
  CHECK(process.wait() == 128 + SIGINT);
  CHECK(terminal.is_ordinary());
}

TEST_CASE("in the background too, a program that ignores the signal sets its mode",
          "[terminal_restore]") {
  pseudo_terminal terminal;
  terminal_process process(terminal, [] {
    ::tcsetpgrp(0, ::getppid());
    std::signal(SIGTTOU, SIG_IGN);
    const terminal_mode mode = terminal_mode::character();
    say("set");
    return 0;
  });
  process.wait_for("set");
  CHECK(process.wait() == 0);
}

TEST_CASE("a child of the program does not touch the mode", "[terminal_restore]") {
  pseudo_terminal terminal;
  terminal_process process(terminal, [] {
    const terminal_mode mode = terminal_mode::character(with_texts());
    const pid_t child = ::fork();
    if (child == 0) std::exit(0);
    ::waitpid(child, nullptr, 0);
    say("waited");
    char key = 0;
    return ::read(0, &key, 1) == 1 && key == 'k' ? 0 : 1;
  });
  CHECK(process.wait_for("waited") == "<in>waited");
  CHECK(terminal.is_in_character_mode());
  terminal.type("k");
  CHECK(process.wait() == 0);
  CHECK(terminal.is_ordinary());
}

TEST_CASE("Ctrl-C cancels the main task, whether the mode was set before the run or in it",
          "[terminal_restore]") {
  pseudo_terminal terminal;
  const bool before = GENERATE(true, false);
  const auto program = [before] {
    const terminal_mode outer = before ? terminal_mode::character() : terminal_mode();
    const auto waiting = [before]() -> coro<> {
      const terminal_mode inner = before ? terminal_mode() : terminal_mode::character();
      say("ready");
      co_await rill::sleep(1h);
    };
    try {
      rill::run(waiting(), without_io());
    } catch (const rill::interrupted_error&) {
      return 5;
    }
    return 0;
  };
  CHECK(end_by_keys(terminal, program, "\x03") == 5);
  CHECK(terminal.is_ordinary());
}

TEST_CASE("the second Ctrl-C ends the process, and puts the terminal back", "[terminal_restore]") {
  pseudo_terminal terminal;
  const bool before = GENERATE(true, false);
  terminal_process process(terminal, [before] {
    terminal_mode outer = before ? terminal_mode::character(with_texts()) : terminal_mode();
    const auto program = [before]() -> coro<> {
      const terminal_mode inner = before ? terminal_mode() : terminal_mode::character(with_texts());
      say("ready");
      try {
        co_await rill::sleep(1h);
      } catch (const rill::cancelled_error&) {
      }
      say("refused");
      co_await rill::sleep(1h);
    };
    rill::run(program(), without_io());
    return 0;
  });
  process.wait_for("ready");
  terminal.type("\x03");
  process.wait_for("refused");
  CHECK(terminal.is_in_character_mode());
  terminal.type("\x03");
  CHECK(process.wait() == 128 + SIGINT);
  CHECK(terminal.is_ordinary());
}
