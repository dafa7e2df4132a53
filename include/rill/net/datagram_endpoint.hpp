// SPDX-License-Identifier: BSL-1.0
// datagram_endpoint: sends and receives datagrams by awaiting; and where an endpoint is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "rill/core/coro.hpp"
#include "rill/net/address.hpp"
#include "rill/net/detail/message_awaiters.hpp"
#include "rill/net/resolver.hpp"
#include "rill/net/socket.hpp"

namespace rill {

namespace detail {
class datagram_state;
}

// [datagram_options]
/// Where an endpoint is, and with whom it talks. Addresses of family none are not given; one of
/// them, or a family, must be.
struct datagram_options {
  socket_address local = {};  ///< where to receive; not given: the system chooses
  /// The only one to talk to; others' datagrams are not received.
  socket_address remote = {};
  address_family family = address_family::none;  ///< without an address; else it must be the same
  bool reuse_port = false;  ///< share the local port with other sockets that say so
  /// Datagrams may go to broadcast addresses. A remote address is then where they go, and anybody
  /// may answer.
  bool allow_broadcast = false;
  bool cleanup_socket = true;  ///< Unix: remove a stale file, and the own at close
};
// [/datagram_options]

// [datagram]
/// A datagram in memory of its own.
struct datagram {
  std::string data;
  socket_address sender;   ///< of family none if the socket has no such notion
  bool truncated = false;  ///< it was longer than was asked for; the rest is lost
};
// [/datagram]

// [datagram_endpoint]
/// Sends and receives datagrams: UDP, or a Unix datagram socket. asyncio has only the callback
/// style for this: create_datagram_endpoint().
///
/// There is no task behind it and no queue but the system's: what arrives while nobody receives
/// waits there, and is dropped when that is full; a send waits while the system takes no more.
/// Receiving and sending are independent, and any number of tasks may do either.
/// **Errors** belong to one datagram: they are thrown by the call concerned, and the endpoint stays
/// as it was. What the network tells about an earlier datagram (port unreachable, say, and only to
/// an endpoint with a remote address) is thrown by a recv(), as std::system_error; it never costs a
/// datagram that is being sent.
/// **Cancellation**: the datagram was sent or received, or not at all. **Lifetime**: memory given
/// must live until the await is over; the endpoint may go meanwhile, which ends it with an error.
/// **Threads**: only on the thread of its loop.
class datagram_endpoint {
 public:
  /// Takes over a datagram socket, bound or connected as it is. **Throws** std::invalid_argument
  /// for a stream socket.
  explicit datagram_endpoint(socket datagrams);
  datagram_endpoint(datagram_endpoint&& other) noexcept;
  datagram_endpoint& operator=(datagram_endpoint&& other) noexcept;
  ~datagram_endpoint();

  /// Waits for a datagram, and takes at most that many bytes of it; by default any is whole.
  coro<datagram> recv(std::size_t most = 65'536);
  /// The same into memory of the caller.
  coro<received_datagram> recv_into(std::span<std::byte> room);
  coro<received_datagram> recv_into(std::span<char> room) {
    return recv_into(std::as_writable_bytes(room));
  }

  /// Sends to the remote address. **Throws** usage_error if there is none; std::system_error, for a
  /// datagram that is too long (message_size), say.
  coro<> send(std::string_view data);
  coro<> send(std::span<const std::byte> data);
  /// Sends to an address. **Throws** std::invalid_argument if the endpoint is bound to another one.
  coro<> send_to(std::string_view data, socket_address target);
  coro<> send_to(std::span<const std::byte> data, socket_address target);

  /// Closes at once; what waits on it ends with an error. Idempotent.
  void close() noexcept;
  bool is_open() const noexcept;

  socket_address local_address() const;
  /// Where send() sends; of family none if there is no such address.
  socket_address remote_address() const;
  /// The socket, for its options. **Throws** usage_error once it is closed.
  socket& underlying_socket() const;

 private:
  friend coro<datagram_endpoint> open_datagram_endpoint(datagram_options options);
  explicit datagram_endpoint(std::shared_ptr<detail::datagram_state> state) noexcept;
  detail::datagram_state& state() const;

  std::shared_ptr<detail::datagram_state> state_;
};

/// Makes an endpoint. **Throws** std::system_error for what cannot be bound or reached;
/// std::invalid_argument for options that contradict one another.
coro<datagram_endpoint> open_datagram_endpoint(datagram_options options);
/// One that talks to a host, at the first address that the resolver gives.
coro<datagram_endpoint> open_datagram_endpoint(std::string host, std::uint16_t port,
                                               resolve_options names = {});
// [/datagram_endpoint]

}  // namespace rill
