// SPDX-License-Identifier: BSL-1.0
//
// add_reader() and add_writer(), on every reactor that has readiness.
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>

#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"
#include "support/pipe_pair.hpp"
#include "support/witness.hpp"

using namespace std::chrono_literals;
using rill::coro;
using rill::event_loop;
using rill_test::pipe_pair;
using rill_test::witness;

namespace {

// Lets the loop look at its reactor a few times.
coro<> some_turns() {
  for (int i = 0; i < 3; ++i) co_await rill::sleep(1ms);
}

}  // namespace

RILL_IO_TEST_CASE("a reader is called while there is something to read", "[readiness]") {
  event_loop& loop = event_loop::running();
  pipe_pair pipe;
  int calls = 0;
  std::string text;
  loop.add_reader(pipe.read_end(), [&] {
    ++calls;
    if (calls >= 3) text += pipe.take();
  });
  co_await some_turns();
  CHECK(calls == 0);
  pipe.put("x");
  while (text.empty()) co_await rill::sleep(1ms);
  CHECK(text == "x");
  const int so_far = calls;
  CHECK(so_far >= 3);
  co_await some_turns();
  CHECK(calls == so_far);
  CHECK(loop.remove_reader(pipe.read_end()));
  CHECK(!loop.remove_reader(pipe.read_end()));
}

RILL_IO_TEST_CASE("a writer of a pipe without a reader is called, to be told by its write",
                  "[readiness]") {
  event_loop& loop = event_loop::running();
  pipe_pair pipe;
  pipe.close_read_end();
  int calls = 0;
  bool removed = false;
  loop.add_writer(pipe.write_end(), [&] {
    if (++calls == 3) removed = loop.remove_writer(pipe.write_end());
  });
  while (!removed) co_await rill::sleep(1ms);
  co_await some_turns();
  CHECK(calls == 3);
}

RILL_IO_TEST_CASE("a removed reader is not called and is destroyed", "[readiness]") {
  event_loop& loop = event_loop::running();
  pipe_pair pipe;
  int alive = 0;
  int calls = 0;
  loop.add_reader(pipe.read_end(), [held = witness(alive), &calls] { ++calls; });
  CHECK(alive == 1);
  CHECK(loop.remove_reader(pipe.read_end()));
  CHECK(alive == 0);
  pipe.put("x");
  co_await some_turns();
  CHECK(calls == 0);
}

RILL_IO_TEST_CASE("a new reader replaces the old one", "[readiness]") {
  event_loop& loop = event_loop::running();
  pipe_pair pipe;
  std::string log;
  loop.add_reader(pipe.read_end(), [&] { log += "old"; });
  loop.add_reader(pipe.read_end(), [&] {
    log += "new";
    pipe.take();
  });
  pipe.put("x");
  while (log.empty()) co_await rill::sleep(1ms);
  CHECK(log == "new");
  loop.remove_reader(pipe.read_end());
}

RILL_IO_TEST_CASE("a reader may remove or replace itself", "[readiness]") {
  event_loop& loop = event_loop::running();
  pipe_pair pipe;
  std::string log;
  loop.add_reader(pipe.read_end(), [&, kept = std::string("first")] {
    loop.add_reader(pipe.read_end(), [&] {
      loop.remove_reader(pipe.read_end());
      log += " second";
    });
    log += kept;
  });
  pipe.put("x");
  while (log.find("second") == std::string::npos) co_await rill::sleep(1ms);
  co_await some_turns();
  CHECK(log == "first second");
}

RILL_IO_TEST_CASE("reader and writer of one handle are independent", "[readiness]") {
  event_loop& loop = event_loop::running();
  rill_test::socket_pair sockets;
  int reads = 0;
  int writes = 0;
  // It removes itself: a ready handle that nobody reads keeps virtual time from moving.
  loop.add_reader(sockets.left(), [&] {
    ++reads;
    loop.remove_reader(sockets.left());
  });
  loop.add_writer(sockets.left(), [&] {
    if (++writes == 2) loop.remove_writer(sockets.left());
  });
  while (writes < 2) co_await rill::sleep(1ms);
  CHECK(reads == 0);
  co_await some_turns();
  CHECK(writes == 2);
  sockets.put_right("x");
  while (reads == 0) co_await rill::sleep(1ms);
  CHECK(reads == 1);
  CHECK(!loop.remove_reader(sockets.left()));
  CHECK(!loop.remove_writer(sockets.left()));
}

RILL_IO_TEST_CASE("a reader that throws is reported and called again", "[readiness]") {
  event_loop& loop = event_loop::running();
  pipe_pair pipe;
  int calls = 0;
  loop.add_reader(pipe.read_end(), [&] {
    if (++calls == 1) throw std::runtime_error("reader");
    pipe.take();
  });
  pipe.put("x");
  while (calls < 2) co_await rill::sleep(1ms);
  loop.remove_reader(pipe.read_end());
  const auto reports = rill::testing::take_reports();
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].find("a reader or writer callback has thrown: reader") != std::string::npos);
}

RILL_IO_TEST_CASE("the end of the other side makes a handle readable", "[readiness]") {
  event_loop& loop = event_loop::running();
  pipe_pair pipe;
  bool called = false;
  loop.add_reader(pipe.read_end(), [&] {
    called = true;
    loop.remove_reader(pipe.read_end());
  });
  pipe.close_write_end();
  while (!called) co_await rill::sleep(1ms);
  CHECK(called);
}

RILL_REACTOR_TEST_CASE("a loop closed with readers destroys them", "[readiness]") {
  int alive = 0;
  pipe_pair pipe;
  {
    event_loop loop(rill_test::backend_options());
    loop.add_reader(pipe.read_end(), [held = witness(alive)] {});
    loop.add_writer(pipe.write_end(), [held = witness(alive)] {});
    loop.run_once();
    CHECK(alive == 2);
    loop.close();
    CHECK(!loop.remove_reader(pipe.read_end()));
  }
  CHECK(alive == 0);
}

RILL_REACTOR_TEST_CASE("a handle that cannot be watched is refused", "[readiness]") {
  event_loop loop(rill_test::backend_options());
  CHECK_THROWS_AS(loop.add_reader(987'654, [] {}), std::system_error);
  CHECK(!loop.remove_reader(987'654));
}
