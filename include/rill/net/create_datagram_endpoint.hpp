// SPDX-License-Identifier: BSL-1.0
// create_datagram_endpoint(): datagrams in asyncio's callback style.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "rill/core/coro.hpp"
#include "rill/net/datagram_endpoint.hpp"
#include "rill/net/detail/protocol_factory.hpp"
#include "rill/net/protocol.hpp"
#include "rill/net/socket.hpp"
#include "rill/net/transport.hpp"

namespace rill {

namespace detail {

class datagram_socket;

/// A socket that may be handed from the opening to the start, without its definition.
struct opened_datagrams {
  explicit opened_datagrams(std::unique_ptr<datagram_socket> made) noexcept;
  opened_datagrams(opened_datagrams&&) noexcept;
  ~opened_datagrams();

  std::unique_ptr<datagram_socket> socket;
};

coro<opened_datagrams> open_datagrams(datagram_options options);
opened_datagrams adopt_datagrams(socket datagrams);
coro<std::shared_ptr<datagram_transport>> start_datagrams(
    opened_datagrams opened, std::shared_ptr<datagram_protocol> protocol);

template <class Factory>
coro<std::pair<std::shared_ptr<datagram_transport>, std::shared_ptr<made_protocol<Factory>>>>
serve_datagrams(opened_datagrams opened, Factory factory) {
  std::shared_ptr<made_protocol<Factory>> protocol = factory();
  std::shared_ptr<datagram_transport> made = co_await start_datagrams(std::move(opened), protocol);
  co_return std::pair(std::move(made), std::move(protocol));
}

template <class Factory>
coro<std::pair<std::shared_ptr<datagram_transport>, std::shared_ptr<made_protocol<Factory>>>>
create_datagrams(Factory factory, datagram_options options) {
  opened_datagrams opened = co_await open_datagrams(options);
  auto made = co_await serve_datagrams<Factory>(std::move(opened), std::move(factory));
  co_return std::move(made);
}

}  // namespace detail

// [create_datagram_endpoint]
/// Makes an endpoint whose protocol is called for each datagram. asyncio:
/// create_datagram_endpoint(). The result is a pair of transport and protocol:
///
///     auto [transport, protocol] = co_await create_datagram_endpoint(factory, options);
///
/// `factory()` is called once the socket is there, and gives a shared or unique pointer to a
/// datagram_protocol; it may be one that exists already. **Suspends** until connection_made() has
/// been called. **Cancellation** closes what was begun. **Throws** std::system_error for what
/// cannot be bound or reached, std::invalid_argument for options that contradict one another, what
/// the factory throws; the protocol sees nothing of these.
///
/// On GCC 12, give a factory with captures a name on a line of its own before the one that awaits.
template <class Factory>
  requires detail::protocol_factory<Factory, datagram_protocol>
auto create_datagram_endpoint(Factory&& factory, datagram_options options) {
  return detail::create_datagrams<std::decay_t<Factory>>(std::forward<Factory>(factory), options);
}
/// The same on a datagram socket, bound or connected as it is. asyncio: its argument `sock`.
template <class Factory>
  requires detail::protocol_factory<Factory, datagram_protocol>
auto create_datagram_endpoint(Factory&& factory, socket datagrams) {
  return detail::serve_datagrams<std::decay_t<Factory>>(
      detail::adopt_datagrams(std::move(datagrams)), std::forward<Factory>(factory));
}
// [/create_datagram_endpoint]

}  // namespace rill
