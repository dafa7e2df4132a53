// SPDX-License-Identifier: BSL-1.0
//
// What becomes of a stream whose file cannot be read on.
#pragma once

#include <stdexcept>
#include <string>
#include <system_error>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/net/file.hpp"
#include "streams/stream_pair.hpp"
#include "support/catch.hpp"
#include "support/must_throw.hpp"
#include "support/socket_pair.hpp"
#include "support/temporary_folder.hpp"

namespace rill_test {

/// Sends pattern(100'000), of which no more than the first 1,000 bytes can be had.
inline rill::coro<> send_damaged_file(std::string path, stream_pair& pair) {
  rill::file from = co_await rill::open_file(path);
  auto sending = rill::create_task(pair.client.writer.send_file(from));
  const std::error_code code = co_await error_of(sending);
  CHECK(code == std::errc::io_error);
  CHECK(from.tell() == 1000);
  co_await must_throw<std::invalid_argument>(pair.client.writer.send_file(from, -1));
  co_await must_throw<std::invalid_argument>(pair.client.writer.send_file(from, 0, 0));
  pair.client.writer.write("behind");
  pair.client.writer.write_eof();
  co_await must_throw<rill::usage_error>(pair.client.writer.send_file(from));
  const std::string arrived = co_await pair.server.reader.read();
  CHECK((arrived == pattern(1000) + "behind"));
}

}  // namespace rill_test
