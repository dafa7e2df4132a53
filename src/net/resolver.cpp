// SPDX-License-Identifier: BSL-1.0
#include "rill/net/resolver.hpp"

#include <optional>
#include <utility>

#include "net/blocking_pool.hpp"
#include "net/name_lookup.hpp"
#include "rill/base/error.hpp"

namespace rill {

namespace detail {

namespace {

class thread_resolver final : public resolver {
 public:
  coro<std::vector<socket_address>> resolve(std::string host, std::uint16_t port,
                                            address_family family) override {
    auto ask = [host = std::move(host), port, family] { return ask_system(host, port, family); };
    return run_blocking(pool(), begun_call::left, "name lookup", std::move(ask));
  }

  static blocking_pool& pool() {
    static blocking_pool instance(4);
    return instance;
  }
};

}  // namespace

}  // namespace detail

resolver& system_resolver() {
  static detail::thread_resolver instance;
  return instance;
}

coro<std::vector<socket_address>> resolve(std::string host, std::uint16_t port,
                                          resolve_options options) {
  if (host.find('\0') != std::string::npos) {
    detail::throw_invalid_argument("rill: a host name must not hold a zero byte");
  }
  if (const std::optional<ip_address> literal = ip_address::try_parse(host)) {
    const socket_address address(*literal, port);
    if (options.family != address_family::none && options.family != address.family()) {
      detail::throw_invalid_argument("rill: " + host + " is not an address of the family wanted");
    }
    std::vector<socket_address> addresses(1, address);
    co_return std::move(addresses);
  }
  resolver& names = options.names != nullptr ? *options.names : system_resolver();
  std::vector<socket_address> addresses =
      co_await names.resolve(std::move(host), port, options.family);
  co_return std::move(addresses);
}

coro<name_info> getnameinfo(socket_address address, name_info_options options) {
  if (!address.is_ip()) {
    detail::throw_invalid_argument("rill: getnameinfo() needs an IP address, not " +
                                   address.to_string());
  }
  const auto ask = [address, options] { return detail::ask_for_name(address, options); };
  if (options.numeric_host && options.numeric_service) co_return ask();
  name_info found = co_await detail::run_blocking(detail::thread_resolver::pool(),
                                                  detail::begun_call::left, "name lookup", ask);
  co_return std::move(found);
}

}  // namespace rill
