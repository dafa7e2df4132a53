// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/terminal.hpp"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "rill/combinators/wait_for.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"
#include "support/pipe_pair.hpp"
#include "support/pseudo_terminal.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::terminal_mode;
using rill::terminal_size;
using rill_test::pseudo_terminal;

namespace {

terminal_size size_of(unsigned columns, unsigned rows) {
  terminal_size size;
  size.columns = columns;
  size.rows = rows;
  return size;
}

// A terminal that is not the controlling one sends no signal.
void resize(const pseudo_terminal& terminal, unsigned short columns, unsigned short rows) {
  terminal.resize(columns, rows);
  ::kill(::getpid(), SIGWINCH);
}

int winch_count = 0;
int continue_count = 0;

}  // namespace

TEST_CASE("what is a terminal is told from what is none", "[terminal]") {
  const pseudo_terminal terminal;
  const rill_test::pipe_pair pipe;
  CHECK(rill::is_terminal(terminal.terminal()));
  CHECK(!rill::is_terminal(pipe.read_end()));
  CHECK(!rill::is_terminal(rill::invalid_handle));
  CHECK(rill::standard_input_handle() == 0);
  CHECK(rill::standard_output_handle() == 1);
  CHECK(rill::standard_error_handle() == 2);
}

TEST_CASE("a terminal tells its size", "[terminal]") {
  const pseudo_terminal terminal;
  CHECK(rill::get_terminal_size(terminal.terminal()) == size_of(80, 24));
  terminal.resize(132, 50);
  CHECK(rill::get_terminal_size(terminal.terminal()) == size_of(132, 50));
  const rill_test::pipe_pair pipe;
  CHECK_THROWS_AS(rill::get_terminal_size(pipe.read_end()), std::system_error);
}

TEST_CASE("a mode is set while its guard lives", "[terminal]") {
  const pseudo_terminal terminal;
  const termios before = terminal.mode();
  REQUIRE(terminal.is_ordinary());
  {
    const terminal_mode mode(terminal.terminal());
    CHECK(static_cast<bool>(mode));
    CHECK(terminal.is_in_character_mode());
    CHECK((terminal.mode().c_lflag & ISIG) != 0);
    terminal.type("x");
    char key = 0;
    CHECK(::read(terminal.terminal(), &key, 1) == 1);
    CHECK(key == 'x');
    CHECK(terminal.printed().empty());
  }
  const termios after = terminal.mode();
  CHECK(after.c_lflag == before.c_lflag);
  CHECK(after.c_iflag == before.c_iflag);
  CHECK(after.c_oflag == before.c_oflag);
  CHECK(after.c_cc[VMIN] == before.c_cc[VMIN]);
}

TEST_CASE("an exception puts the mode back", "[terminal]") {
  const pseudo_terminal terminal;
  try {
    const terminal_mode mode(terminal.terminal());
    throw std::runtime_error("out");
  } catch (const std::runtime_error&) {
  }
  CHECK(terminal.is_ordinary());
}

TEST_CASE("a mode is put back once, early, and by who has it", "[terminal]") {
  const pseudo_terminal terminal;
  terminal_mode mode(terminal.terminal());
  terminal_mode moved = std::move(mode);
  mode.restore();
  CHECK(!mode);
  CHECK(terminal.is_in_character_mode());
  moved.restore();
  CHECK(!moved);
  CHECK(terminal.is_ordinary());
  moved.restore();
  moved = terminal_mode(terminal.terminal());
  CHECK(terminal.is_in_character_mode());
  moved = terminal_mode();
  CHECK(terminal.is_ordinary());
}

TEST_CASE("modes nest, and end in any order", "[terminal]") {
  const pseudo_terminal terminal;
  rill::terminal_mode_options keys;
  keys.signals = false;
  std::optional<terminal_mode> outer(std::in_place, terminal.terminal());
  std::optional<terminal_mode> inner(std::in_place, terminal.terminal(), keys);
  CHECK((terminal.mode().c_lflag & ISIG) == 0);
  SECTION("the inner one first") {
    inner.reset();
    CHECK(terminal.is_in_character_mode());
    CHECK((terminal.mode().c_lflag & ISIG) != 0);
    outer.reset();
  }
  SECTION("the outer one first") {
    outer.reset();
    CHECK(terminal.is_in_character_mode());
    CHECK((terminal.mode().c_lflag & ISIG) == 0);
    inner.reset();
  }
  CHECK(terminal.is_ordinary());
  CHECK((terminal.mode().c_lflag & ISIG) != 0);
}

TEST_CASE("two terminals have a mode each", "[terminal]") {
  const pseudo_terminal one;
  const pseudo_terminal two;
  std::optional<terminal_mode> first(std::in_place, one.terminal());
  std::optional<terminal_mode> second(std::in_place, two.terminal());
  first.reset();
  CHECK(one.is_ordinary());
  CHECK(two.is_in_character_mode());
  second.reset();
  CHECK(two.is_ordinary());
}

TEST_CASE("texts are written when a mode is set and put back", "[terminal]") {
  const pseudo_terminal terminal;
  rill::terminal_mode_options options;
  options.enter = "<in>";
  options.leave = "<out>";
  {
    const terminal_mode mode(terminal.terminal(), options);
    CHECK(terminal.printed() == "<in>");
  }
  CHECK(terminal.printed() == "<out>");
  const std::string much(257, 'x');
  options.leave = much;
  CHECK_THROWS_AS(terminal_mode(terminal.terminal(), options), std::invalid_argument);
  CHECK(terminal.is_ordinary());
}

TEST_CASE("a mode of what is no terminal is refused", "[terminal]") {
  const rill_test::pipe_pair pipe;
  try {
    const terminal_mode mode(pipe.read_end());
    FAIL("a pipe has no mode");
  } catch (const rill::usage_error& error) {
    CHECK(std::string(error.what()).find("is_terminal()") != std::string::npos);
  }
  CHECK_THROWS_AS(terminal_mode(rill::invalid_handle), rill::usage_error);
}

TEST_CASE("a terminal that has hung up is no trouble at the end", "[terminal]") {
  pseudo_terminal terminal;
  std::optional<terminal_mode> mode(std::in_place, terminal.terminal());
  terminal.close_master();
  CHECK_NOTHROW(mode.reset());
}

TEST_CASE("modes are set by several threads", "[terminal]") {
  const pseudo_terminal terminal;
  const auto set_often = [&] {
    for (int i = 0; i < 200; ++i) const terminal_mode mode(terminal.terminal());
  };
  std::thread other(set_often);
  set_often();
  other.join();
  CHECK(terminal.is_ordinary());
}

// -- changes of the size -------------------------------------------------------------------------

RILL_IO_TEST_CASE("a change of the size is told", "[terminal]") {
  const pseudo_terminal terminal;
  rill::terminal_size_watch watch(terminal.terminal());
  CHECK(watch.last() == size_of(80, 24));
  terminal_size seen;
  auto follower = rill::create_task([&]() -> coro<> {
    const terminal_size changed = co_await watch.changed();
    seen = changed;
  });
  co_await rill_test::let_run();
  CHECK(seen == size_of(0, 0));
  ::kill(::getpid(), SIGWINCH);  // no change
  co_await rill_test::let_run();
  CHECK(seen == size_of(0, 0));
  resize(terminal, 100, 30);
  co_await std::move(follower);
  CHECK(seen == size_of(100, 30));
  CHECK(watch.last() == size_of(100, 30));
}

RILL_IO_TEST_CASE("a change between two calls is not missed", "[terminal]") {
  const pseudo_terminal terminal;
  rill::terminal_size_watch watch(terminal.terminal());
  resize(terminal, 90, 20);
  resize(terminal, 91, 21);
  const terminal_size seen = co_await watch.changed();
  CHECK(seen == size_of(91, 21));
}

RILL_IO_TEST_CASE("a wait for a change of the size can be cancelled", "[terminal]") {
  const pseudo_terminal terminal;
  rill::terminal_size_watch watch(terminal.terminal());
  auto follower = rill::create_task([&]() -> coro<> { co_await watch.changed(); });
  co_await rill_test::let_run();
  bool refused = false;
  try {
    co_await watch.changed();
  } catch (const rill::usage_error&) {
    refused = true;
  }
  CHECK(refused);
  follower.cancel();
  bool cancelled = false;
  try {
    co_await std::move(follower);
  } catch (const rill::cancelled_error&) {
    cancelled = true;
  }
  CHECK(cancelled);
  resize(terminal, 100, 30);
  const terminal_size seen = co_await watch.changed();
  CHECK(seen == size_of(100, 30));
}

RILL_IO_TEST_CASE("several watches follow, and one may go while a signal is on its way",
                  "[terminal]") {
  const pseudo_terminal terminal;
  std::optional<rill::terminal_size_watch> gone(std::in_place, terminal.terminal());
  rill::terminal_size_watch first(terminal.terminal());
  rill::terminal_size_watch second(terminal.terminal());
  resize(terminal, 100, 30);
  gone.reset();
  const terminal_size one = co_await first.changed();
  const terminal_size two = co_await second.changed();
  CHECK(one == two);
  rill::terminal_size_watch moved = std::move(first);
  CHECK_THROWS_AS(first.last(), rill::usage_error);
  moved = std::move(second);
  resize(terminal, 101, 31);
  const terminal_size three = co_await moved.changed();
  CHECK(three == size_of(101, 31));
}

RILL_IO_TEST_CASE("the program's own handler of size changes is called too", "[terminal]") {
  winch_count = 0;
  const auto before = std::signal(SIGWINCH, [](int) { ++winch_count; });
  {
    const pseudo_terminal terminal;
    rill::terminal_size_watch watch(terminal.terminal());
    resize(terminal, 100, 30);
    co_await watch.changed();
    CHECK(winch_count == 1);
  }
  ::kill(::getpid(), SIGWINCH);
  CHECK(winch_count == 2);
  std::signal(SIGWINCH, before);
}

RILL_IO_TEST_CASE("a program that is continued is told the size again", "[terminal]") {
  const pseudo_terminal terminal;
  rill::terminal_size_watch watch(terminal.terminal());
  int told = 0;
  auto follower = rill::create_task([&]() -> coro<> {
    while (true) {
      const terminal_size same = co_await watch.changed();
      CHECK(same == size_of(80, 24));
      ++told;
    }
  });
  co_await rill_test::let_run();
  ::kill(::getpid(), SIGCONT);
  co_await rill_test::let_run();
  CHECK(told == 1);  // and not again and again
  follower.cancel();
  co_await rill_test::let_run();
  ::kill(::getpid(), SIGCONT);
  const terminal_size missed = co_await watch.changed();
  CHECK(missed == size_of(80, 24));
}

RILL_IO_TEST_CASE("the program's own handler of being continued is called too", "[terminal]") {
  continue_count = 0;
  const auto before = std::signal(SIGCONT, [](int) { ++continue_count; });
  {
    const pseudo_terminal terminal;
    rill::terminal_size_watch watch(terminal.terminal());
    ::kill(::getpid(), SIGCONT);
    co_await watch.changed();
    CHECK(continue_count == 1);
  }
  ::kill(::getpid(), SIGCONT);
  CHECK(continue_count == 2);
  std::signal(SIGCONT, before);
}

RILL_TEST_CASE("a watch of what is no terminal is refused", "[terminal]") {
  const rill_test::pipe_pair pipe;
  CHECK_THROWS_AS(rill::terminal_size_watch(pipe.read_end()), std::system_error);
  co_return;
}
