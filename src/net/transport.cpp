// SPDX-License-Identifier: BSL-1.0
#include "rill/net/transport.hpp"

#include "rill/net/socket.hpp"

namespace rill {

std::string base_transport::get_extra_info(std::string_view name) const {
  if (name == "peername") return peer_address().to_string();
  if (name == "sockname") return local_address().to_string();
  if (name == "socket") {
    const socket* const used = underlying_socket();
    if (used != nullptr && *used) return std::to_string(used->native());
  }
  return {};
}

}  // namespace rill
