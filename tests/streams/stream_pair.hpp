// SPDX-License-Identifier: BSL-1.0
//
// Two connected streams, and what the tests of streams do with them.
#pragma once

#include <cstddef>
#include <string>
#include <system_error>
#include <utility>

#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/streams/connection.hpp"
#include "support/socket_pair.hpp"

namespace rill_test {

struct stream_pair {
  rill::connection client;
  rill::connection server;
};

/// `limit` is that of the server's reader.
inline rill::coro<stream_pair> make_stream_pair(std::size_t limit = rill::default_stream_limit) {
  connected_pair sockets = co_await make_pair();
  stream_pair made{rill::connection(std::move(sockets.client)),
                   rill::connection(std::move(sockets.server), limit)};
  co_return std::move(made);
}

inline rill::coro<> yield_times(int count) {
  for (int i = 0; i < count; ++i) co_await rill::yield();
}

}  // namespace rill_test
