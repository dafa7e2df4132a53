// SPDX-License-Identifier: BSL-1.0
#include "rill/net/resolver.hpp"

#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"

namespace {

class counting_resolver final : public rill::resolver {
 public:
  int calls = 0;
  rill::coro<std::vector<rill::socket_address>> resolve(std::string host, std::uint16_t port,
                                                        rill::address_family /*family*/) override {
    ++calls;
    CHECK(host == "somewhere.test");
    const rill::ip_address ip = rill::ip_address::parse("127.0.0.9");
    std::vector<rill::socket_address> found(1, rill::socket_address(ip, port));
    co_return found;
  }
};

rill::coro<> ask(std::string host) {
  const std::vector<rill::socket_address> found = co_await rill::resolve(std::move(host), 80);
  static_cast<void>(found);
}

}  // namespace

RILL_TEST_CASE("a literal address never goes to the resolver", "[resolver]") {
  counting_resolver names;
  const rill::resolve_options options{rill::address_family::none, &names};
  const auto found = co_await rill::resolve("::1", 80, options);
  REQUIRE(found.size() == 1);
  CHECK(found[0].to_string() == "[::1]:80");
  CHECK(names.calls == 0);
}

RILL_TEST_CASE("a resolver of one's own is asked", "[resolver]") {
  counting_resolver names;
  const rill::resolve_options options{rill::address_family::none, &names};
  const auto found = co_await rill::resolve("somewhere.test", 80, options);
  REQUIRE(found.size() == 1);
  CHECK(found[0].to_string() == "127.0.0.9:80");
  CHECK(names.calls == 1);
}

RILL_IO_TEST_CASE("the system knows localhost", "[resolver][real-time]") {
  const auto found = co_await rill::resolve("localhost", 80);
  REQUIRE(!found.empty());
  CHECK(found[0].ip().is_loopback());
}

RILL_IO_TEST_CASE("an unknown name is an error that names it", "[resolver][real-time]") {
  std::string text;
  try {
    co_await rill::resolve("no-such-host.invalid", 80);
  } catch (const std::system_error& error) {
    CHECK(error.code().category() == rill::resolver_category());
    text = error.what();
  }
  CHECK(text.find("no-such-host.invalid") != std::string::npos);
}

// With threads that are held up, so that it cannot be too late: blocking_pool_test.
RILL_IO_TEST_CASE("a look-up that is cancelled ends, unless its answer was there before",
                  "[resolver][real-time]") {
  auto asking = rill::create_task(ask("no-such-host.invalid"));
  co_await rill::yield();
  asking.cancel();
  bool cancelled = false;
  bool answered = false;
  try {
    co_await asking;
  } catch (const rill::cancelled_error&) {
    cancelled = true;
  } catch (const std::system_error& error) {
    answered = error.code().category() == rill::resolver_category();
  }
  CHECK(cancelled != answered);
  CHECK(asking.cancelled() == cancelled);
}

RILL_IO_TEST_CASE("an address has a name, or its number", "[resolver][real-time]") {
  const rill::socket_address address = rill::socket_address::parse("127.0.0.1:65000");
  const rill::name_info_options numbers{.numeric_host = true, .numeric_service = true};
  const rill::name_info told = co_await rill::getnameinfo(address, numbers);
  CHECK(told.host == "127.0.0.1");
  CHECK(told.service == "65000");
  const rill::name_info_options number{.numeric_host = true};
  const rill::name_info half = co_await rill::getnameinfo(address, number);
  CHECK(half.host == "127.0.0.1");
  CHECK(half.service == "65000");  // has no name
  const rill::name_info named = co_await rill::getnameinfo(address);
  CHECK_FALSE(named.host.empty());
  const rill::socket_address unix_address = rill::socket_address::parse("@no-number");
  co_await rill_test::must_throw<std::invalid_argument>(rill::getnameinfo(unix_address));
}
