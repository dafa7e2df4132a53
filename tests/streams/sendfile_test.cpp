// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/sendfile.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/system_calls.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/net/transport.hpp"
#include "streams/recording_protocol.hpp"
#include "streams/stream_pair.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"
#include "support/must_throw.hpp"
#include "support/temporary_folder.hpp"
#include "support/veiled_transport.hpp"

namespace {

using rill_test::join_with_peer;
using rill_test::let_run;
using rill_test::must_throw;
using rill_test::pattern;
using rill_test::protocol_and_peer;
using rill_test::receive_to_the_end;
using rill_test::temporary_folder;

constexpr std::size_t large = 3'000'000;

rill::coro<> check_between() {
  const temporary_folder folder;
  const std::string content = pattern(large);
  rill::file from = co_await rill::open_file(folder.make("file", content));
  protocol_and_peer ends = co_await join_with_peer();
  const std::shared_ptr<rill::transport> transport = ends.protocol->transport;
  auto arriving = rill::create_task(receive_to_the_end(ends.peer, 65536));
  const std::string before(1 << 20, 'b');
  transport->write(before);
  const std::int64_t sent = co_await rill::sendfile(transport, from, 10, 2'000'000);
  CHECK(sent == 2'000'000);
  CHECK(from.tell() == 2'000'010);
  transport->write("behind");
  transport->close();
  const std::string arrived = co_await std::move(arriving);
  CHECK((arrived == before + content.substr(10, 2'000'000) + "behind"));
}

}  // namespace

RILL_IO_TEST_CASE("a file over a transport keeps its place between writes", "[sendfile]") {
  co_await check_between();
}

RILL_IO_TEST_CASE("a file goes over a transport in blocks, where that is allowed", "[sendfile]") {
  const rill::detail::system_calls_restorer restorer;
  rill::detail::current_system_calls.sendfile = [](int, int, off_t*, std::size_t) {
    errno = EINVAL;
    return ssize_t{-1};
  };
  co_await check_between();
  const temporary_folder folder;
  rill::file from = co_await rill::open_file(folder.make("file", "content"));
  protocol_and_peer ends = co_await join_with_peer();
  co_await must_throw<rill::send_file_not_available_error>(
      rill::sendfile(ends.protocol->transport, from, 0, {}, false));
}

RILL_IO_TEST_CASE("nobody else writes to a transport while a file is sent, and reading goes on",
                  "[sendfile]") {
  const temporary_folder folder;
  const std::string content = pattern(20'000'000);
  rill::file from = co_await rill::open_file(folder.make("file", content));
  protocol_and_peer ends = co_await join_with_peer();
  const std::shared_ptr<rill::transport> transport = ends.protocol->transport;
  auto sending = rill::create_task(rill::sendfile(transport, from));
  co_await let_run();
  CHECK_FALSE(sending.done());
  CHECK_THROWS_AS(transport->write("x"), rill::usage_error);
  CHECK_THROWS_AS(transport->write_eof(), rill::usage_error);
  co_await must_throw<rill::usage_error>(rill::sendfile(transport, from));
  co_await ends.peer.send_all("meanwhile");
  while (ends.protocol->received != "meanwhile") co_await let_run();
  transport->close();
  const std::string arrived = co_await receive_to_the_end(ends.peer, 65536);
  CHECK((arrived == content));
  const std::int64_t sent = co_await std::move(sending);
  CHECK(sent == 20'000'000);
  co_await ends.protocol->ended.wait_for("lost");
  CHECK(ends.protocol->loss == nullptr);
}

RILL_IO_TEST_CASE("a transport goes on behind a file whose sending was cancelled", "[sendfile]") {
  const temporary_folder folder;
  const std::string content = pattern(20'000'000);
  rill::file from = co_await rill::open_file(folder.make("file", content));
  protocol_and_peer ends = co_await join_with_peer();
  const std::shared_ptr<rill::transport> transport = ends.protocol->transport;
  auto sending = rill::create_task(rill::sendfile(transport, from));
  co_await let_run();
  sending.cancel();
  auto arriving = rill::create_task(receive_to_the_end(ends.peer, 65536));
  co_await must_throw<rill::cancelled_error>(std::move(sending));
  const auto gone = static_cast<std::size_t>(from.tell());
  CHECK(gone < content.size());
  transport->write("behind");
  transport->close();
  const std::string arrived = co_await std::move(arriving);
  CHECK((arrived == content.substr(0, gone) + "behind"));
}

RILL_IO_TEST_CASE("transports that send no files say so", "[sendfile]") {
  const temporary_folder folder;
  rill::file from = co_await rill::open_file(folder.make("file", "content"));
  protocol_and_peer ends = co_await join_with_peer();
  rill_test::veiling_protocol owner('k');
  const auto strange =
      std::make_shared<rill_test::veiled_transport>(ends.protocol->transport, owner);
  CHECK_THROWS_AS(rill::sendfile(strange, from), rill::usage_error);
  CHECK_THROWS_AS(rill::sendfile(nullptr, from), rill::usage_error);
  ends.protocol->transport->close();
  CHECK_THROWS_AS(rill::sendfile(ends.protocol->transport, from), rill::usage_error);
}
