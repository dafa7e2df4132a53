// SPDX-License-Identifier: BSL-1.0
//
// Clients that come in numbers and go at once.
#pragma once

#include <algorithm>
#include <list>
#include <utility>

#include "rill/combinators/task_group.hpp"
#include "rill/core/coro.hpp"
#include "rill/net/socket.hpp"

namespace rill_test {

/// Connects to `server` and keeps the connections in `clients`. Every third has sent something,
/// every third is to be reset.
inline rill::coro<> open_many(rill::socket_address server, int count,
                              std::list<rill::socket>& clients) {
  for (int i = 0; i < count; ++i) {
    rill::socket client(server.family(), rill::socket_type::stream);
    co_await client.connect(server);
    if (i % 3 == 1) co_await client.send_all("half a li");
    if (i % 3 == 2) client.set_reset_on_close();
    clients.push_back(std::move(client));
  }
}

/// Opens `count` connections, all of which are open together, and drops them at once.
inline rill::coro<> open_and_drop(rill::socket_address server, int count) {
  std::list<rill::socket> clients;
  const auto body = [&](rill::task_group& group) -> rill::coro<> {
    for (int i = 0; i < count; i += 50) {
      group.create_task(open_many(server, std::min(50, count - i), clients));
    }
    co_return;
  };
  co_await rill::with_task_group(body);
}

}  // namespace rill_test
