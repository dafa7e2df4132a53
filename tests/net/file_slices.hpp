// SPDX-License-Identifier: BSL-1.0
//
// Slices of a file that are sent over a socket, and looked at as they arrive.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "rill/core/create_task.hpp"
#include "rill/net/file.hpp"
#include "rill/net/socket.hpp"
#include "support/catch.hpp"
#include "support/socket_pair.hpp"
#include "support/temporary_folder.hpp"

namespace rill_test {

/// Sends a slice, and the end.
inline rill::coro<std::int64_t> send_slice(rill::socket& to, rill::file& from, std::int64_t offset,
                                           std::optional<std::int64_t> count) {
  const std::int64_t sent = co_await to.send_file(from, offset, count);
  to.shutdown(rill::shutdown_side::write);
  co_return sent;
}

/// What arrives of a slice, which is checked to be what was said.
inline rill::coro<std::string> transfer(rill::file& from, std::int64_t offset,
                                        std::optional<std::int64_t> count) {
  connected_pair pair = co_await make_pair();
  const auto sending = rill::create_task(send_slice(pair.client, from, offset, count));
  std::string arrived = co_await receive_to_the_end(pair.server, 50'000);
  const std::int64_t sent = co_await sending;
  CHECK(sent == static_cast<std::int64_t>(arrived.size()));
  CHECK(from.tell() == offset + sent);
  co_return std::move(arrived);
}

inline rill::coro<> transfer_slices() {
  const temporary_folder folder;
  const std::string content = pattern(3'000'000);
  rill::file from = co_await rill::open_file(folder.make("file", content));
  std::string arrived = co_await transfer(from, 1000, 2000);
  CHECK((arrived == content.substr(1000, 2000)));
  arrived = co_await transfer(from, 0, {});
  CHECK((arrived == content));
  arrived = co_await transfer(from, 123'456, {});
  CHECK((arrived == content.substr(123'456)));
  arrived = co_await transfer(from, 2'999'999, 1000);
  CHECK((arrived == content.substr(2'999'999)));
  arrived = co_await transfer(from, 5'000'000, {});
  CHECK(arrived.empty());
}

}  // namespace rill_test
