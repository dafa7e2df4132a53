// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/create_connection.hpp"

#include <utility>

#include "streams/stream_transport.hpp"

namespace rill::detail {

coro<socket> already_connected(socket connected) { co_return std::move(connected); }

coro<std::shared_ptr<transport>> start_connection(socket connected,
                                                  std::shared_ptr<stream_protocol> protocol) {
  state_ref<stream_core> core = stream_core::create(std::move(connected), default_stream_limit);
  if (core->peer_address().is_ip()) core->underlying_socket().set_no_delay(true);
  auto started = begin_transport(std::move(core), std::move(protocol));
  co_await wait_made(started);
  std::shared_ptr<transport> result = std::move(started);
  co_return std::move(result);
}

}  // namespace rill::detail
