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

/// What getaddrinfo() tells, on up to four threads of its own: started when first needed, joined
/// when the program ends. Any number of loops share it. **Cancellation** ends the wait at once; a
/// thread that is asking already goes on, and its answer is dropped.
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
// [/resolver]

}  // namespace rill
