// SPDX-License-Identifier: BSL-1.0
// Groups of receivers: the options of a socket that differ between IPv4 and IPv6.
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/system_calls.hpp"
#include "rill/base/error.hpp"
#include "rill/net/socket.hpp"

namespace rill {

using detail::system_calls;

namespace {

int change_ipv4(int handle, const ipv4_address& group, std::uint32_t interface_number, bool join) {
  ip_mreqn request{};
  std::memcpy(&request.imr_multiaddr, group.bytes().data(), sizeof request.imr_multiaddr);
  request.imr_ifindex = static_cast<int>(interface_number);
  return system_calls().setsockopt(
      handle, IPPROTO_IP, join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, &request, sizeof request);
}

int change_ipv6(int handle, const ipv6_address& group, std::uint32_t interface_number, bool join) {
  ipv6_mreq request{};
  std::memcpy(&request.ipv6mr_multiaddr, group.bytes().data(), sizeof request.ipv6mr_multiaddr);
  request.ipv6mr_interface = interface_number != 0 ? interface_number : group.scope_id();
  return system_calls().setsockopt(handle, IPPROTO_IPV6, join ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP,
                                   &request, sizeof request);
}

}  // namespace

bool socket::is_ipv6() const { return local_address().family() == address_family::ipv6; }

void socket::change_group(const ip_address& group, std::uint32_t interface_number, bool join) {
  const int handle = static_cast<int>(checked());
  if (!group.is_multicast() || group.is_v6() != is_ipv6()) {
    detail::throw_invalid_argument("rill: " + group.to_string() +
                                   " is no group that this socket could join or leave");
  }
  const int done = group.is_v6() ? change_ipv6(handle, group.v6(), interface_number, join)
                                 : change_ipv4(handle, group.v4(), interface_number, join);
  if (done != 0) {
    const int code = errno;
    detail::throw_system_error(
        code, (join ? "rill: join_group " : "rill: leave_group ") + group.to_string());
  }
}

void socket::join_group(const ip_address& group, std::uint32_t interface_number) {
  change_group(group, interface_number, true);
}
void socket::leave_group(const ip_address& group, std::uint32_t interface_number) {
  change_group(group, interface_number, false);
}

void socket::set_multicast_hops(int hops) {
  const char* const what = "rill: set_multicast_hops";
  if (is_ipv6()) {
    set_option(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, hops, what);
  } else {
    set_option(IPPROTO_IP, IP_MULTICAST_TTL, hops, what);
  }
}

void socket::set_multicast_loop(bool enabled) {
  const char* const what = "rill: set_multicast_loop";
  if (is_ipv6()) {
    set_option(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, enabled ? 1 : 0, what);
  } else {
    set_option(IPPROTO_IP, IP_MULTICAST_LOOP, enabled ? 1 : 0, what);
  }
}

void socket::set_multicast_interface(std::uint32_t interface_number) {
  const char* const what = "rill: set_multicast_interface";
  if (is_ipv6()) {
    set_option(IPPROTO_IPV6, IPV6_MULTICAST_IF, static_cast<int>(interface_number), what);
    return;
  }
  ip_mreqn chosen{};
  chosen.imr_ifindex = static_cast<int>(interface_number);
  if (system_calls().setsockopt(static_cast<int>(checked()), IPPROTO_IP, IP_MULTICAST_IF, &chosen,
                                sizeof chosen) != 0) {
    detail::throw_system_error(errno, what);
  }
}

}  // namespace rill
