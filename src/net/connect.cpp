// SPDX-License-Identifier: BSL-1.0
#include "rill/net/connect.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"

namespace rill {

namespace {

/// std::system_error adds the message of the first.
std::string describe(const std::vector<connect_attempt>& attempts) {
  const std::error_code first = attempts.front().error;
  const bool all_equal =
      std::all_of(attempts.begin(), attempts.end(),
                  [&](const connect_attempt& attempt) { return attempt.error == first; });
  std::string text = "rill: connecting to ";
  for (const connect_attempt& attempt : attempts) {
    if (&attempt != &attempts.front()) text += ", ";
    text += attempt.address.to_string();
    if (!all_equal) text += " (" + attempt.error.message() + ")";
  }
  return text;
}

/// Connects one socket. Errors of the attempt come back as a code, so that the next can be tried.
coro<std::error_code> attempt(socket& made, const socket_address& address,
                              const connect_options& options) {
  std::error_code failure;
  try {
    made = socket(address.family(), socket_type::stream);
    if (options.local != nullptr) {
      if (address.is_ip()) made.set_reuse_address(true);
      made.bind(*options.local);
    }
    co_await made.connect(address);
  } catch (const std::system_error& error) {
    failure = error.code();
  }
  co_return failure;
}

bool is_wanted(const socket_address& address, const connect_options& options) {
  if (options.local != nullptr && address.family() != options.local->family()) return false;
  return options.family == address_family::none || address.family() == options.family;
}

}  // namespace

connect_error::connect_error(std::vector<connect_attempt> attempts)
    : std::system_error(attempts.front().error, describe(attempts)),
      attempts_(std::move(attempts)) {}

coro<socket> connect_tcp(std::vector<socket_address> addresses, connect_options options) {
  std::vector<connect_attempt> failures;
  for (const socket_address& address : addresses) {
    if (!is_wanted(address, options)) continue;
    socket made;
    const std::error_code failure = co_await attempt(made, address, options);
    if (!failure) co_return std::move(made);
    failures.push_back({address, failure});
  }
  if (failures.empty()) {
    detail::throw_invalid_argument("rill: there is no address of the family wanted to connect to");
  }
  throw connect_error(std::move(failures));
}

coro<socket> connect_tcp(socket_address address, connect_options options) {
  return connect_tcp(std::vector<socket_address>(1, address), options);
}

coro<socket> connect_tcp(std::string host, std::uint16_t port, connect_options options) {
  const resolve_options wanted{options.family, options.names};
  std::vector<socket_address> addresses = co_await resolve(std::move(host), port, wanted);
  socket made = co_await connect_tcp(std::move(addresses), options);
  co_return std::move(made);
}

}  // namespace rill
