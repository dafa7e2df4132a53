// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/pipe.hpp"

#include <string>
#include <system_error>
#include <utility>

#include "rill/core/create_task.hpp"
#include "streams/stream_pair.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"

using rill_test::failure_of;

RILL_IO_TEST_CASE("what is written into a pipe comes out of it", "[pipe]") {
  rill::pipe_streams pipe = rill::open_pipe();
  pipe.writer.write("through ");
  co_await pipe.writer.write_all("the pipe");
  pipe.writer.write_eof();
  const std::string all = co_await pipe.reader.read();
  CHECK(all == "through the pipe");
  CHECK(pipe.writer.is_closing());
  CHECK(pipe.writer.get_extra_info("peername").empty());
}

RILL_IO_TEST_CASE("a pipe that is full, and then nobody reads", "[pipe]") {
  rill::pipe_streams pipe = rill::open_pipe();
  pipe.writer.write(std::string(1 << 20, 'x'));
  auto flushing = rill::create_task(failure_of(pipe.writer.flush()));
  co_await rill_test::yield_times(10);
  CHECK_FALSE(flushing.done());
  {
    const rill::stream_reader gone = std::move(pipe.reader);
  }
  const std::error_code code = co_await flushing;
  CHECK(code == std::errc::broken_pipe);
}
