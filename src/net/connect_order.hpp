// SPDX-License-Identifier: BSL-1.0
// In which order the addresses of a host are tried.
#pragma once

#include <cstddef>
#include <vector>

#include "rill/net/address.hpp"

namespace rill::detail {

/// Has the families alternate behind the first `first_count` addresses of the first family (RFC
/// 8305, section 4); each family keeps its order. Zero: as they are.
std::vector<socket_address> interleaved(std::vector<socket_address> addresses,
                                        std::size_t first_count);

}  // namespace rill::detail
