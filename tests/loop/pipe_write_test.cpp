// SPDX-License-Identifier: BSL-1.0
//
// Reads and writes of pipes as operations of a reactor.
#include <fcntl.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "loop/pipe_operations.hpp"
#include "rill/core/create_task.hpp"
#include "support/cancel_stages.hpp"
#include "support/coroutine_case.hpp"
#include "support/plain_pipe.hpp"

namespace {

using rill::coro;
using rill_test::plain_pipe;
using rill_test::read_from;
using rill_test::running_reactor;
using rill_test::settle;
using rill_test::write_to;

constexpr std::size_t block = 4096;

/// Before the handles are closed.
void let_go(plain_pipe& pipe) {
  running_reactor().forget(pipe.read_end());
  running_reactor().forget(pipe.write_end());
}

coro<std::int64_t> write_once(rill::native_handle handle, std::string text) {
  const std::int64_t done = co_await write_to(handle, text);
  co_return done;
}

/// Writes into a pipe until a write waits, which is withdrawn then; how much is in it.
coro<std::size_t> fill(const plain_pipe& pipe) {
  std::size_t filled = 0;
  while (true) {
    const auto writing = rill::create_task(write_once(pipe.write_end(), std::string(block, 'f')));
    co_await settle();
    if (!writing.done()) {
      writing.cancel();
      const bool withdrawn = co_await rill_test::ended_cancelled(writing);
      CHECK(withdrawn);
      break;
    }
    const std::int64_t done = co_await writing;
    REQUIRE(done == std::int64_t{block});
    filled += block;
  }
  co_return filled;
}

/// All that has been written, when nobody writes any more.
coro<std::string> drain(plain_pipe& pipe) {
  running_reactor().forget(pipe.write_end());
  pipe.close_write_end();
  std::string all;
  std::string room(block, ' ');
  for (std::int64_t got = 1; got > 0;) {
    got = co_await read_from(pipe.read_end(), room);
    CHECK(got >= 0);
    if (got > 0) all.append(room, 0, static_cast<std::size_t>(got));
  }
  running_reactor().forget(pipe.read_end());
  co_return std::move(all);
}

}  // namespace

RILL_IO_TEST_CASE("bytes go through a pipe by operations", "[pipe_write]") {
  plain_pipe pipe(O_NONBLOCK);
  std::string text = "through the pipe";
  const std::int64_t written = co_await write_to(pipe.write_end(), text);
  CHECK(written == 16);
  std::string room(64, ' ');
  const std::int64_t got = co_await read_from(pipe.read_end(), room);
  CHECK(got == 16);
  CHECK(room.substr(0, 16) == text);
  let_go(pipe);
}

RILL_IO_TEST_CASE("a write to a full pipe waits for room", "[pipe_write]") {
  plain_pipe pipe(O_NONBLOCK);
  const std::size_t filled = co_await fill(pipe);
  CHECK(filled >= block);
  const auto writing = rill::create_task(write_once(pipe.write_end(), "late"));
  co_await settle();
  CHECK(!writing.done());
  std::string room(block, ' ');
  for (int i = 0; i < 2; ++i) co_await read_from(pipe.read_end(), room);
  const std::int64_t written = co_await writing;
  CHECK(written == 4);
  const std::string all = co_await drain(pipe);
  CHECK((all == std::string(filled - 2 * block, 'f') + "late"));
}

RILL_IO_TEST_CASE("a write that waits can be withdrawn, and nothing of it comes", "[pipe_write]") {
  plain_pipe pipe(O_NONBLOCK);
  const std::size_t filled = co_await fill(pipe);
  const auto writing = rill::create_task(write_once(pipe.write_end(), "never"));
  co_await settle();
  writing.cancel();
  const bool withdrawn = co_await rill_test::ended_cancelled(writing);
  CHECK(withdrawn);
  const std::string all = co_await drain(pipe);
  CHECK((all == std::string(filled, 'f')));
}

RILL_IO_TEST_CASE("a reader that has gone, or goes while a write waits, is an error",
                  "[pipe_write]") {
  plain_pipe abandoned(O_NONBLOCK);
  abandoned.close_read_end();
  const std::int64_t refused = co_await write_once(abandoned.write_end(), "nobody reads this");
  CHECK(refused == -EPIPE);
  running_reactor().forget(abandoned.write_end());
  plain_pipe full(O_NONBLOCK);
  co_await fill(full);
  const auto writing = rill::create_task(write_once(full.write_end(), "late"));
  co_await settle();
  CHECK(!writing.done());
  full.close_read_end();
  const std::int64_t lost = co_await writing;
  CHECK(lost == -EPIPE);
  running_reactor().forget(full.write_end());
}
