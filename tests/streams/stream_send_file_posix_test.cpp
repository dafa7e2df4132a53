// SPDX-License-Identifier: BSL-1.0
//
// Errors of a system that itself sends files over streams.
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>

#include "base/system_calls.hpp"
#include "rill/core/create_task.hpp"
#include "rill/net/file.hpp"
#include "rill/streams/connection.hpp"
#include "streams/damaged_file.hpp"
#include "streams/stream_pair.hpp"
#include "support/coroutine_case.hpp"
#include "support/socket_pair.hpp"
#include "support/temporary_folder.hpp"

namespace {

using rill_test::error_of;
using rill_test::make_stream_pair;
using rill_test::pattern;
using rill_test::stream_pair;
using rill_test::temporary_folder;

const auto system_sendfile = rill::detail::system_calls().sendfile;

}  // namespace

RILL_IO_TEST_CASE("an error of the file leaves the stream as it is", "[stream_send_file]") {
  const temporary_folder folder;
  stream_pair pair = co_await make_stream_pair();
  const rill::detail::system_calls_restorer restorer;
  rill::detail::current_system_calls.sendfile = [](int to, int file, off_t* place,
                                                   std::size_t size) {
    if (*place < 1000) return system_sendfile(to, file, place, std::min<std::size_t>(size, 1000));
    errno = EIO;
    return ssize_t{-1};
  };
  co_await rill_test::send_damaged_file(folder.make("file", pattern(100'000)), pair);
}

RILL_IO_TEST_CASE("an error of the connection, whichever it is, ends the stream",
                  "[stream_send_file]") {
  const temporary_folder folder;
  rill::file from = co_await rill::open_file(folder.make("file", pattern(100'000)));
  stream_pair pair = co_await make_stream_pair();
  const rill::detail::system_calls_restorer restorer;
  rill::detail::current_system_calls.sendfile = [](int, int, off_t*, std::size_t) {
    errno = EHOSTUNREACH;
    return ssize_t{-1};
  };
  auto sending = rill::create_task(pair.client.writer.send_file(from));
  const std::error_code code = co_await error_of(sending);
  CHECK(code == std::errc::host_unreachable);
  CHECK(pair.client.writer.is_closing());
  const std::string arrived = co_await pair.server.reader.read();
  CHECK(arrived.empty());
}
