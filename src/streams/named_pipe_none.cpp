// SPDX-License-Identifier: BSL-1.0
//
// Systems whose pipes have no names, or go one way.
#include <cerrno>

#include "rill/base/error.hpp"
#include "rill/streams/named_pipe.hpp"

namespace rill {

coro<connection> open_pipe_connection(std::string /*path*/, std::size_t /*limit*/) {
  detail::throw_system_error(
      ENOTSUP, "rill: only Windows has named pipes of two directions; open_unix_connection() here");
}

coro<server> detail::serve_named_pipe(connection_handler /*handler*/, std::string /*path*/,
                                      server_options /*options*/) {
  throw_system_error(
      ENOTSUP, "rill: only Windows has named pipes of two directions; start_unix_server() here");
}

}  // namespace rill
