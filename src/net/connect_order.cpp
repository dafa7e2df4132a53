// SPDX-License-Identifier: BSL-1.0
#include "net/connect_order.hpp"

#include <utility>

namespace rill::detail {

std::vector<socket_address> interleaved(std::vector<socket_address> addresses,
                                        std::size_t first_count) {
  if (first_count == 0 || addresses.empty()) return addresses;
  const address_family preferred = addresses.front().family();
  std::vector<socket_address> same;
  std::vector<socket_address> other;
  for (const socket_address& address : addresses) {
    (address.family() == preferred ? same : other).push_back(address);
  }
  std::vector<socket_address> order;
  order.reserve(addresses.size());
  std::size_t from_same = 0;
  std::size_t from_other = 0;
  while (order.size() < addresses.size()) {
    const bool first_ones = from_same < first_count;
    const bool turn_of_same = first_ones || from_same - first_count < from_other;
    if (from_same < same.size() && (turn_of_same || from_other == other.size())) {
      order.push_back(same[from_same++]);
    } else if (from_other < other.size()) {
      order.push_back(other[from_other++]);
    } else {
      order.push_back(same[from_same++]);
    }
  }
  return order;
}

}  // namespace rill::detail
