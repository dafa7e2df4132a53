// SPDX-License-Identifier: BSL-1.0
//
// socket_address from and to the structures of the system's calls.
#pragma once

#include <sys/socket.h>

#include "rill/net/address.hpp"

namespace rill::detail {

/// An address as the system takes it. Make one with to_native(); to let the system fill it, pass
/// data() and set size to capacity first.
struct native_address {
  static constexpr socklen_t capacity = sizeof(sockaddr_storage);

  sockaddr* data() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* data() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }

  sockaddr_storage storage{};
  socklen_t size = 0;  // 0: no address
};

/// Of size 0 for the family none.
native_address to_native(const socket_address& address) noexcept;

/// An address that the system gave; family none if it is of no family known here or cut short.
socket_address from_native(const void* address, socklen_t size) noexcept;
inline socket_address from_native(const native_address& address) noexcept {
  return from_native(address.data(), address.size);
}

/// AF_INET, AF_INET6, AF_UNIX or AF_UNSPEC.
int native_family(const socket_address& address) noexcept;

}  // namespace rill::detail
