// SPDX-License-Identifier: BSL-1.0
// Accepting, as far as it is the same everywhere: what a listening socket's owner need not hear of,
// and a try by a call. For the readiness adaptor, io_uring and IOCP.
#pragma once

#include <cerrno>
#include <cstdint>

#include "base/system_calls.hpp"
#include "base/system_numbers.hpp"
#include "base/uninterrupted.hpp"

namespace rill::detail {

/// True for errors of a connection that died in the queue, and for errors of the network that
/// accept passes on: the listener is sound, and the next accept is to be tried.
inline bool concerns_only_the_connection(std::int64_t result) noexcept {
  switch (-result) {
    case ECONNRESET:
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENETUNREACH:
      return true;
    default:
      return -result == system_numbers::not_on_network;
  }
}

/// Requires: the listener does not block. Returns the new handle, or a negated error code; -EAGAIN:
/// there is none now.
inline std::int64_t accept_one(int listener) noexcept {
  const int flags = system_numbers::non_blocking | system_numbers::not_inherited;
  while (true) {
    const std::int64_t done =
        uninterrupted([&] { return system_calls().accept4(listener, nullptr, nullptr, flags); });
    if (done >= 0 || !concerns_only_the_connection(done)) return done;
  }
}

}  // namespace rill::detail
