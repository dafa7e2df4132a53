// SPDX-License-Identifier: BSL-1.0
#include "rill/net/connect.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "net/connect_order.hpp"
#include "rill/base/error.hpp"
#include "rill/combinators/staggered_race.hpp"
#include "rill/combinators/timeout.hpp"
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

coro<socket> attempt(const socket_address& address, const connect_options& options) {
  socket made(address.family(), socket_type::stream);
  if (options.local != nullptr) {
    if (address.is_ip()) made.set_reuse_address(true);
    made.bind(*options.local);
  }
  co_await made.connect(address);
  co_return std::move(made);
}

/// One of the ways to get there.
struct candidate {
  const socket_address* address;
  const connect_options* options;

  coro<socket> operator()() const { return attempt(*address, *options); }
};

bool is_wanted(const socket_address& address, const connect_options& options) {
  if (options.local != nullptr && address.family() != options.local->family()) return false;
  return options.family == address_family::none || address.family() == options.family;
}

}  // namespace

connect_error::connect_error(std::vector<connect_attempt> attempts)
    : std::system_error(attempts.front().error, describe(attempts)),
      attempts_(std::move(attempts)) {}

namespace {

/// The code of an attempt that has failed; other errors are thrown on.
std::error_code code_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::system_error& failure) {
    return failure.code();
  }
}

coro<socket> connect_to_any(std::vector<socket_address> addresses, connect_options options) {
  std::erase_if(addresses,
                [&](const socket_address& address) { return !is_wanted(address, options); });
  if (addresses.empty()) {
    detail::throw_invalid_argument("rill: there is no address of the family wanted to connect to");
  }
  addresses = detail::interleaved(std::move(addresses), options.interleave);
  std::vector<candidate> ways;
  for (const socket_address& address : addresses) ways.push_back({&address, &options});
  staggered_result<socket> race = co_await staggered_race(ways, options.attempt_delay);
  if (race.value) co_return std::move(*race.value);
  std::vector<connect_attempt> failures;
  for (std::size_t i = 0; i < race.errors.size(); ++i) {
    failures.push_back({addresses[i], code_of(race.errors[i])});
  }
  throw connect_error(std::move(failures));
}

coro<socket> connect_by_name(std::string host, std::uint16_t port, connect_options options) {
  const resolve_options wanted{options.family, options.names};
  std::vector<socket_address> addresses = co_await resolve(std::move(host), port, wanted);
  socket made = co_await connect_to_any(std::move(addresses), options);
  co_return std::move(made);
}

coro<socket> give_up_after(std::chrono::nanoseconds limit, coro<socket> connecting) {
  socket made = co_await timeout(limit, std::move(connecting));
  co_return std::move(made);
}

coro<socket> within_limit(std::chrono::nanoseconds limit, coro<socket> connecting) {
  if (limit == std::chrono::nanoseconds::zero()) return connecting;
  return give_up_after(limit, std::move(connecting));
}

}  // namespace

coro<socket> connect_tcp(std::vector<socket_address> addresses, connect_options options) {
  return within_limit(options.time_limit, connect_to_any(std::move(addresses), options));
}

coro<socket> connect_tcp(socket_address address, connect_options options) {
  return connect_tcp(std::vector<socket_address>(1, address), options);
}

coro<socket> connect_tcp(std::string host, std::uint16_t port, connect_options options) {
  return within_limit(options.time_limit, connect_by_name(std::move(host), port, options));
}

}  // namespace rill
