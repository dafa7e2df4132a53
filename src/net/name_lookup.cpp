// SPDX-License-Identifier: BSL-1.0
#include "net/name_lookup.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

#include "net/sockaddr.hpp"
#include "rill/base/error.hpp"
#include "rill/net/resolver.hpp"

namespace rill {

namespace {

class category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "resolver"; }
  std::string message(int code) const override { return detail::text_of_lookup_error(code); }
};

}  // namespace

const std::error_category& resolver_category() noexcept {
  static const category instance;
  return instance;
}

namespace detail {

namespace {

int native_of(address_family family) noexcept {
  if (family == address_family::ipv4) return AF_INET;
  if (family == address_family::ipv6) return AF_INET6;
  return AF_UNSPEC;
}

struct freer {
  void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

}  // namespace

std::vector<socket_address> loopback_of(std::string_view host, std::uint16_t port,
                                        address_family family) {
  constexpr std::string_view name = "localhost";
  if (host.ends_with('.')) host.remove_suffix(1);
  std::vector<socket_address> addresses;
  if (host.size() < name.size()) return addresses;
  const std::size_t before = host.size() - name.size();
  const bool same = std::equal(name.begin(), name.end(), host.begin() + before,
                               [](char wanted, char c) { return wanted == (c | 0x20); });
  if (!same || (before != 0 && host[before - 1] != '.')) return addresses;
  if (family != address_family::ipv4) addresses.emplace_back(ipv6_address::loopback(), port);
  if (family != address_family::ipv6) addresses.emplace_back(ipv4_address::loopback(), port);
  return addresses;
}

std::vector<socket_address> ask_system(const std::string& host, std::uint16_t port,
                                       address_family family) {
  addrinfo hints{};
  hints.ai_family = native_of(family);
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_protocol = IPPROTO_TCP;
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  const int system_code = errno;
  const std::string what = "rill: looking up '" + host + "'";
  if (code == EAI_SYSTEM) throw_system_error(system_code, what);
  if (code != 0) {
    // A system without a file of hosts.
    if (std::vector<socket_address> own = loopback_of(host, port, family); !own.empty()) return own;
    throw std::system_error(code, resolver_category(), what);
  }
  const std::unique_ptr<addrinfo, freer> held(list);
  std::vector<socket_address> addresses;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    socket_address address = from_native(entry->ai_addr, static_cast<socklen_t>(entry->ai_addrlen));
    if (!address.is_ip()) continue;
    address.set_port(port);
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) {
      addresses.push_back(address);
    }
  }
  if (addresses.empty()) throw std::system_error(EAI_NONAME, resolver_category(), what);
  return addresses;
}

name_info ask_for_name(const socket_address& address, name_info_options options) {
  int flags = 0;
  if (options.numeric_host) flags |= NI_NUMERICHOST;
  if (options.numeric_service) flags |= NI_NUMERICSERV;
  if (options.name_required) flags |= NI_NAMEREQD;
  if (options.datagrams) flags |= NI_DGRAM;
  const native_address native = to_native(address);
  char host[NI_MAXHOST] = {};
  char service[NI_MAXSERV] = {};
  const int code =
      ::getnameinfo(native.data(), native.size, host, sizeof host, service, sizeof service, flags);
  const int system_code = errno;
  if (code == 0) return {host, service};
  const std::string what = "rill: looking up the name of " + address.to_string();
  if (code == EAI_SYSTEM) throw_system_error(system_code, what);
  throw std::system_error(code, resolver_category(), what);
}

}  // namespace detail

}  // namespace rill
