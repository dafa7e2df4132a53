// SPDX-License-Identifier: BSL-1.0
#include "rill/net/connect.hpp"

#include <chrono>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "net/connect_order.hpp"
#include "rill/combinators/timeout.hpp"
#include "rill/loop/clock.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"
#include "support/socket_pair.hpp"

namespace {

using namespace std::chrono_literals;

/// Listens, but its queue is full: who connects now waits for an answer.
class deaf_listener {
 public:
  /// Of IPv6, where the machine has it.
  static rill::coro<deaf_listener> make() {
    deaf_listener made;
    if (!made.bind_to("[::1]:0") && !made.bind_to("127.0.0.1:0")) throw std::runtime_error("bind");
    made.listener_.listen(0);
    // A queue of no length takes one.
    co_await rill_test::connect_to(made.client_, made.listener_.local_address());
    co_return std::move(made);
  }
  rill::socket_address address() const { return listener_.local_address(); }

 private:
  bool bind_to(const char* text) {
    const rill::socket_address wanted = rill::socket_address::parse(text);
    try {
      listener_ = rill::socket(wanted.family(), rill::socket_type::stream);
      listener_.bind(wanted);
    } catch (const std::system_error&) {
      return false;
    }
    return true;
  }

  rill::socket listener_;
  rill::socket client_;
};

std::vector<rill::socket_address> addresses_of(std::initializer_list<const char*> texts) {
  std::vector<rill::socket_address> all;
  for (const char* const text : texts) all.push_back(rill::socket_address::parse(text));
  return all;
}

}  // namespace

TEST_CASE("families alternate", "[connect]") {
  const auto given = addresses_of({"[::1]:1", "[::1]:2", "[::1]:3", "1.1.1.1:1", "1.1.1.1:2"});
  CHECK(rill::detail::interleaved(given, 0) == given);
  CHECK(rill::detail::interleaved(given, 1) ==
        addresses_of({"[::1]:1", "1.1.1.1:1", "[::1]:2", "1.1.1.1:2", "[::1]:3"}));
  CHECK(rill::detail::interleaved(given, 2) ==
        addresses_of({"[::1]:1", "[::1]:2", "1.1.1.1:1", "[::1]:3", "1.1.1.1:2"}));
  CHECK(rill::detail::interleaved(given, 9) == given);
  CHECK(rill::detail::interleaved({}, 1).empty());
}

RILL_IO_TEST_CASE(
    "an IPv6 address that does not answer: IPv4 is tried after the delay, and wins [106]",
    "[connect]") {
  const deaf_listener deaf = co_await deaf_listener::make();
  const rill::socket listener = rill_test::listening();
  const std::vector<rill::socket_address> addresses{deaf.address(), listener.local_address()};
  const rill::time_point before = rill::loop_clock::now();
  const rill::socket connected = co_await rill::connect_tcp(addresses);
  CHECK(connected.peer_address() == listener.local_address());
  const auto took = rill::loop_clock::now() - before;
  CHECK(took >= 250ms);
  CHECK(took < 500ms);
}

RILL_IO_TEST_CASE("an address that has failed is followed by the next at once", "[connect]") {
  rill::socket_address closed;
  {
    const rill::socket listener = rill_test::listening();
    closed = listener.local_address();
  }
  const rill::socket listener = rill_test::listening();
  const std::vector<rill::socket_address> addresses{closed, listener.local_address()};
  const rill::time_point before = rill::loop_clock::now();
  const rill::socket connected = co_await rill::connect_tcp(addresses);
  CHECK(rill::loop_clock::now() - before < 250ms);
}

RILL_IO_TEST_CASE("connecting has a time limit", "[connect]") {
  const deaf_listener deaf = co_await deaf_listener::make();
  rill::connect_options options;
  options.time_limit = 3s;
  const rill::time_point before = rill::loop_clock::now();
  bool in_vain = false;
  try {
    const std::vector<rill::socket_address> addresses{deaf.address(), deaf.address()};
    const rill::socket none = co_await rill::connect_tcp(addresses, options);
  } catch (const rill::timeout_error&) {
    in_vain = true;
  }
  CHECK(in_vain);
  CHECK(rill::loop_clock::now() - before == 3s);
}

RILL_IO_TEST_CASE("the first address that answers is taken", "[connect]") {
  rill::socket_address closed;
  {
    const rill::socket listener = rill_test::listening();
    closed = listener.local_address();
  }
  const rill::socket listener = rill_test::listening();
  const std::vector<rill::socket_address> addresses{closed, listener.local_address()};
  const rill::socket connected = co_await rill::connect_tcp(addresses);
  CHECK(connected.peer_address() == listener.local_address());
}

RILL_IO_TEST_CASE("when none answers, every attempt is told", "[connect]") {
  rill::socket_address closed;
  {
    const rill::socket listener = rill_test::listening();
    closed = listener.local_address();
  }
  std::size_t attempts = 0;
  std::error_code code;
  try {
    const std::vector<rill::socket_address> addresses{closed, closed};
    const rill::socket none = co_await rill::connect_tcp(addresses);
  } catch (const rill::connect_error& error) {
    attempts = error.attempts().size();
    code = error.code();
  }
  CHECK(attempts == 2);
  CHECK(code == std::errc::connection_refused);
}
