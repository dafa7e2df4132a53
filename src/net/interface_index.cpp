// SPDX-License-Identifier: BSL-1.0
//
// Names of network interfaces, on POSIX.
#include <net/if.h>

#include <algorithm>

#include "base/system_calls.hpp"
#include "net/address_text.hpp"

namespace rill::detail {

std::uint32_t interface_index(std::string_view name) noexcept {
  char text[IF_NAMESIZE] = {};
  if (name.size() >= sizeof text || name.find('\0') != std::string_view::npos) return 0;
  std::copy(name.begin(), name.end(), text);
  return system_calls().if_nametoindex(text);
}

}  // namespace rill::detail
