// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/connect_pipe.hpp"

#include <fcntl.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "base/system_calls.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/event_loop.hpp"
#include "streams/recording_protocol.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"
#include "support/plain_pipe.hpp"
#include "support/skip.hpp"
#include "support/temporary_folder.hpp"

namespace {

using rill::connect_read_pipe;
using rill::connect_write_pipe;
using rill_test::close_handle;
using rill_test::let_run;
using rill_test::pattern;
using rill_test::plain_pipe;
using rill_test::protocol_pointer;
using rill_test::recording_protocol;

class writer_only : public rill::stream_protocol {
 public:
  void connection_lost(std::exception_ptr error) override {
    log.note(error ? rill::describe_exception(error) : "lost");
  }
  rill_test::call_log log;
};

}  // namespace

RILL_IO_TEST_CASE("what comes through a pipe goes to the protocol, then its end",
                  "[connect_pipe]") {
  plain_pipe ends;
  const auto protocol = std::make_shared<recording_protocol>();
  const auto factory = [protocol] { return protocol; };
  const rill::native_handle end = ends.give_read_end();
  auto [transport, same] = co_await connect_read_pipe(factory, end);
  CHECK(protocol->transport == transport);
  ends.put("hello");
  co_await rill_test::wait_for_bytes(*protocol, 5);
  CHECK(transport->get_extra_info("pipe") == std::to_string(end));
  CHECK(transport->underlying_socket() == nullptr);
  CHECK_THROWS_AS(protocol->transport->write("x"), rill::usage_error);
  CHECK_THROWS_AS(protocol->transport->write_eof(), rill::usage_error);
  CHECK_FALSE(protocol->transport->can_write_eof());
  transport->pause_reading();
  ends.put("later");
  ends.close_write_end();
  for (int i = 0; i < 5; ++i) co_await let_run();
  CHECK(protocol->received == "hello");
  transport->resume_reading();
  co_await protocol->ended.wait_for("lost");
  CHECK(protocol->received == "hellolater");
  CHECK(protocol->log.text() == "made, data, eof, lost");
}

RILL_IO_TEST_CASE("what is written goes through the pipe, and close flushes it", "[connect_pipe]") {
  plain_pipe ends;
  const auto factory = [] { return std::make_shared<writer_only>(); };
  auto [transport, protocol] = co_await connect_write_pipe(factory, ends.give_write_end());
  rill::stream_reader reader = rill::connect_read_pipe(ends.give_read_end());
  const std::string all = pattern(500'000);
  transport->write(all);
  transport->write_eof();
  CHECK_THROWS_AS(transport->write("x"), rill::usage_error);
  const std::string arrived = co_await reader.read();
  CHECK(arrived == all);
  co_await protocol->log.wait_for("lost");
}

RILL_IO_TEST_CASE("a reader that goes is noticed without a write", "[connect_pipe]") {
  if (!rill::event_loop::running().io().supports(rill::reactor_feature::readiness)) {
    rill_test::skip("here is no readiness, which would tell");
    co_return;
  }
  plain_pipe ends;
  const auto factory = [] { return std::make_shared<writer_only>(); };
  auto [transport, protocol] = co_await connect_write_pipe(factory, ends.give_write_end());
  co_await let_run();
  CHECK_FALSE(transport->is_closing());
  ends.close_read_end();
  co_await protocol->log.wait_for("lost");
  transport->write("into the void");
}

RILL_IO_TEST_CASE("a reader that goes while bytes are queued is a broken pipe", "[connect_pipe]") {
  plain_pipe ends;
  const auto factory = [] { return std::make_shared<writer_only>(); };
  auto [transport, protocol] = co_await connect_write_pipe(factory, ends.give_write_end());
  transport->write(pattern(1'000'000));
  co_await let_run();
  CHECK(transport->write_buffer_size() > 0);
  ends.close_read_end();
  co_await protocol->log.wait_for_lines(1);
  CHECK_THAT(protocol->log.text(), Catch::Contains("Broken pipe"));
}

RILL_IO_TEST_CASE("a reader that has gone is noticed by a write at the latest", "[connect_pipe]") {
  plain_pipe ends;
  const auto factory = [] { return std::make_shared<writer_only>(); };
  auto [transport, protocol] = co_await connect_write_pipe(factory, ends.give_write_end());
  transport->write("somebody reads");
  co_await let_run();
  CHECK_FALSE(transport->is_closing());
  ends.close_read_end();
  transport->write("into the void");
  co_await protocol->log.wait_for_lines(1);
  CHECK(transport->is_closing());
}

RILL_IO_TEST_CASE("a factory that makes nothing, or a file, leaves the handle to the caller",
                  "[connect_pipe]") {
  const rill_test::temporary_folder folder;
  const std::string path = folder.make("file", "content");
  const int file = rill::detail::system_calls().open(path.c_str(), O_RDONLY | O_CLOEXEC, 0);
  REQUIRE(file >= 0);
  int made = 0;
  const auto factory = [&made] {
    ++made;
    return std::make_shared<recording_protocol>();
  };
  auto opening = rill::create_task(connect_read_pipe(factory, file));
  co_await let_run();
  CHECK_THROWS_AS(opening.result(), std::invalid_argument);
  CHECK(close_handle(file));
  const auto nothing = []() -> protocol_pointer { return nullptr; };
  plain_pipe ends;
  auto failing = rill::create_task(connect_read_pipe(nothing, ends.read_end()));
  co_await let_run();
  CHECK_THROWS_AS(failing.result(), rill::usage_error);
  CHECK(close_handle(ends.give_read_end()));
  CHECK(close_handle(ends.give_write_end()));
}

RILL_IO_TEST_CASE("a protocol that cannot receive is refused where something comes",
                  "[connect_pipe]") {
  plain_pipe ends;
  const auto factory = [] { return std::make_shared<writer_only>(); };
  auto opening = rill::create_task(connect_read_pipe(factory, ends.read_end()));
  co_await let_run();
  CHECK_THROWS_AS(opening.result(), std::invalid_argument);
  CHECK(close_handle(ends.give_read_end()));
  CHECK(close_handle(ends.give_write_end()));
}
