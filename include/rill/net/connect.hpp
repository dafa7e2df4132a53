// SPDX-License-Identifier: BSL-1.0
// connect_tcp: opens a TCP connection by address or name.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

#include "rill/core/coro.hpp"
#include "rill/net/address.hpp"
#include "rill/net/resolver.hpp"
#include "rill/net/socket.hpp"

namespace rill {

// [connect]
/// One address that was tried, and why it did not answer.
struct connect_attempt {
  socket_address address;
  std::error_code error;
};

/// Thrown when no address of a host could be connected to. Its code is that of the first attempt;
/// its text tells all of them, equal ones once.
class connect_error : public std::system_error {
 public:
  explicit connect_error(std::vector<connect_attempt> attempts);

  /// In the order tried; at least one.
  const std::vector<connect_attempt>& attempts() const noexcept { return attempts_; }

 private:
  std::vector<connect_attempt> attempts_;
};

/// Options of connect_tcp(). Trivial members only; what they point to must live until the await is
/// over.
struct connect_options {
  address_family family = address_family::none;  ///< ipv4 or ipv6: only such addresses of a name
  const socket_address* local = nullptr;         ///< where to connect from; only that family
  resolver* names = nullptr;                     ///< who looks names up; null: system_resolver()
  /// After which time without an answer the next address is tried beside the one before. asyncio:
  /// happy_eyeballs_delay. nanoseconds::max(): only when that has failed.
  std::chrono::nanoseconds attempt_delay = std::chrono::milliseconds(250);
  /// How many addresses of the first family come first, before the families alternate. 0: the
  /// order of the resolver. asyncio: interleave.
  std::size_t interleave = 1;
  /// For all of it, looking names up included; zero: none.
  std::chrono::nanoseconds time_limit = std::chrono::nanoseconds::zero();
};

/// Connects to the first address that answers ("happy eyeballs", RFC 8305). asyncio: what
/// create_connection() does for its transport, where one has to ask for it.
///
/// A literal address never goes to the resolver. **Cancellation** closes all attempts that are
/// under way, or ends the wait for the resolver. **Throws** connect_error if every attempt failed,
/// timeout_error when the limit has passed, what the resolver throws for unknown names,
/// std::invalid_argument if no address is of the family wanted.
coro<socket> connect_tcp(std::string host, std::uint16_t port, connect_options options = {});
/// To one address (a Unix socket too), or to the first of several that answers.
coro<socket> connect_tcp(socket_address address, connect_options options = {});
coro<socket> connect_tcp(std::vector<socket_address> addresses, connect_options options = {});
// [/connect]

}  // namespace rill
