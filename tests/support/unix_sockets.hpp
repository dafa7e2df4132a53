// SPDX-License-Identifier: BSL-1.0
//
// Whether this system has Unix sockets.
#pragma once

#include <system_error>

#include "rill/net/socket.hpp"
#include "support/skip.hpp"

namespace rill_test {

/// Whether a case that needs such a socket cannot run; it is marked as skipped then, and must
/// return.
inline bool lacks_unix_sockets(rill::socket_type type) {
  try {
    const rill::socket probe(rill::address_family::unix_socket, type);
    return false;
  } catch (const std::system_error& error) {
    skip(error.what());
    return true;
  }
}

/// The same for cases with the watches of a reactor.
inline bool lacks_readiness(const rill::reactor& io) {
  if (io.supports(rill::reactor_feature::readiness)) return false;
  skip("this reactor tells no readiness");
  return true;
}

}  // namespace rill_test
