// SPDX-License-Identifier: BSL-1.0
// Looks host names up, on threads that do nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

#include "rill/core/coro.hpp"
#include "rill/net/address.hpp"

namespace rill {

// [resolver]
/// Somebody who knows the addresses of names. Derive from it to cache, to simulate, or to ask a
/// server of one's own.
class resolver {
 public:
  virtual ~resolver() = default;
  resolver(const resolver&) = delete;
  resolver& operator=(const resolver&) = delete;

  /// The addresses of `host`, best first, each with `port`; `family` none: of both. At least one:
  /// a name that has none is a std::system_error of resolver_category(), whose text names the host.
  virtual coro<std::vector<socket_address>> resolve(std::string host, std::uint16_t port,
                                                    address_family family) = 0;

 protected:
  resolver() = default;
};

/// What getaddrinfo() tells, on up to four threads of its own, started when first needed. Any
/// number of loops share it. **Cancellation** ends the wait at once; a thread that is asking
/// already goes on, and its answer is dropped: it keeps neither other look-ups waiting nor the
/// program from its end.
resolver& system_resolver();

/// The category of errors in names: what getaddrinfo() returns.
const std::error_category& resolver_category() noexcept;

/// Options of resolve().
struct resolve_options {
  address_family family = address_family::none;  ///< ipv4 or ipv6: only such addresses
  resolver* names = nullptr;                     ///< who is asked; null: system_resolver()
};

/// The addresses of a host, best first, with that port. asyncio: loop.getaddrinfo(). A literal
/// address is its own answer, without a resolver or a suspension; a zone ("fe80::1%eth0") is kept.
/// **Throws** std::system_error of resolver_category() for unknown names, std::invalid_argument for
/// a literal that is not of the family wanted, and for a host with a zero byte.
coro<std::vector<socket_address>> resolve(std::string host, std::uint16_t port,
                                          resolve_options options = {});

/// What an address is called.
struct name_info {
  std::string host;
  std::string service;
};

/// Options of getnameinfo().
struct name_info_options {
  bool numeric_host = false;     ///< the address itself, as text
  bool numeric_service = false;  ///< the port itself, as text
  bool name_required = false;    ///< an address without a name is an error
  bool datagrams = false;        ///< services of UDP, not of TCP
};

/// The name of an IP address and of its port. asyncio: loop.getnameinfo(). Asks the system, on the
/// threads of system_resolver(); at once, and without a suspension, where both are wanted as
/// numbers. An address without a name gives its number. **Cancellation** as for system_resolver().
/// **Throws** std::system_error of resolver_category(), std::invalid_argument for addresses that
/// are no IP addresses.
coro<name_info> getnameinfo(socket_address address, name_info_options options = {});
// [/resolver]

}  // namespace rill
