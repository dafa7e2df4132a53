// SPDX-License-Identifier: BSL-1.0
#include "rill/net/create_datagram_endpoint.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "rill/core/context_var.hpp"
#include "rill/core/create_task.hpp"
#include "rill/testing/virtual_run.hpp"
#include "support/call_log.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"
#include "support/socket_pair.hpp"
#include "support/system_limits.hpp"
#include "support/unix_sockets.hpp"

namespace {

using rill::coro;
using rill::create_datagram_endpoint;
using rill::datagram_options;
using rill::socket_address;
using rill_test::let_run;

/// Notes each call; throws in the one that is named.
class recorder : public rill::datagram_protocol {
 public:
  explicit recorder(std::string failing = {}) : failing_(std::move(failing)) {}

  void connection_made(std::shared_ptr<rill::datagram_transport> made) override {
    transport = std::move(made);
    note("made");
  }
  void datagram_received(std::string_view data, const socket_address& from) override {
    sender = from;
    note("got " + std::string(data.substr(0, 20)));
  }
  void error_received(const std::system_error& error) override {
    last_error = error.code();
    note("error");
  }
  void pause_writing() override { note("pause"); }
  void resume_writing() override { note("resume"); }
  void connection_lost(std::exception_ptr error) override {
    note(error ? "lost with an error" : "lost");
  }

  std::shared_ptr<rill::datagram_transport> transport;
  socket_address sender;
  std::error_code last_error;
  rill_test::call_log log;

 private:
  void note(std::string what) {
    log.note(what);
    if (what == failing_) throw std::runtime_error("boom in " + what);
  }
  std::string failing_;
};

using recorder_pointer = std::shared_ptr<recorder>;

std::unique_ptr<recorder> make_recorder() { return std::make_unique<recorder>(); }

datagram_options at_any_port() {
  datagram_options options;
  options.local = socket_address::parse("127.0.0.1:0");
  return options;
}

coro<recorder_pointer> endpoint(datagram_options options, recorder_pointer existing) {
  const auto factory = [existing] { return existing; };
  auto made = co_await create_datagram_endpoint(factory, options);
  CHECK(made.first == existing->transport);
  co_return made.second;
}

coro<recorder_pointer> endpoint(datagram_options options) {
  recorder_pointer made = co_await endpoint(options, std::make_shared<recorder>());
  co_return std::move(made);
}

struct pair_ends {
  recorder_pointer one;
  recorder_pointer two;
};

/// Two that are connected, with small queues in the system.
coro<pair_ends> connected_ends() {
  auto [left, right] = rill::socket_pair(rill::socket_type::datagram);
  pair_ends ends{std::make_shared<recorder>(), std::make_shared<recorder>()};
  left.set_send_buffer(8192);
  const auto first = [&ends] { return ends.one; };
  const auto second = [&ends] { return ends.two; };
  co_await create_datagram_endpoint(first, std::move(left));
  co_await create_datagram_endpoint(second, std::move(right));
  co_return std::move(ends);
}

}  // namespace

RILL_IO_TEST_CASE("made first, then datagrams with their senders, lost last",
                  "[create_datagram_endpoint]") {
  auto [transport, one] = co_await create_datagram_endpoint(make_recorder, at_any_port());
  CHECK(one->log.text() == "made");
  CHECK(transport->get_protocol() == one);
  const recorder_pointer two = co_await endpoint(at_any_port());
  two->transport->sendto("hello", transport->local_address());
  two->transport->sendto("", transport->local_address());
  co_await one->log.wait_for("got ");
  CHECK(one->sender == two->transport->local_address());
  transport->close();
  CHECK(transport->is_closing());
  CHECK_FALSE(one->log.has("lost"));
  transport->close();
  co_await one->log.wait_for("lost");
  CHECK(one->log.text() == "made, got hello, got , lost");
  CHECK(transport->get_protocol() == nullptr);
  // The handle is harmless now.
  transport->sendto("dropped", two->transport->local_address());
  transport->close();
  transport->abort();
  CHECK(transport->underlying_socket() == nullptr);
  CHECK(transport->write_buffer_size() == 0);
  CHECK(transport->get_extra_info("sockname") == transport->local_address().to_string());
  co_await let_run();
  CHECK(one->log.count("lost") == 1);
}

RILL_IO_TEST_CASE("two datagrams sent and the endpoint closed: both arrive, then the close [105]",
                  "[create_datagram_endpoint]") {
  const recorder_pointer receiver = co_await endpoint(at_any_port());
  const recorder_pointer sender = co_await endpoint(at_any_port());
  sender->transport->sendto("one", receiver->transport->local_address());
  sender->transport->sendto("two", receiver->transport->local_address());
  sender->transport->close();
  co_await sender->log.wait_for("lost");
  co_await receiver->log.wait_for("got two");
  CHECK(receiver->log.text() == "made, got one, got two");
  CHECK(sender->log.text() == "made, lost");
}

RILL_IO_TEST_CASE("close flushes a queue that the system did not take [105]",
                  "[create_datagram_endpoint]") {
  if (rill_test::lacks_unix_sockets(rill::socket_type::datagram)) co_return;
  const pair_ends ends = co_await connected_ends();
  const std::string block(2000, 'x');
  for (int i = 0; i < 100; ++i) ends.one->transport->sendto(block);
  ends.one->transport->sendto("last");
  CHECK(ends.one->transport->write_buffer_size() > 0);
  ends.one->transport->close();
  co_await ends.two->log.wait_for("got last");
  co_await ends.one->log.wait_for("lost");
  CHECK(ends.two->log.lines.size() == 102);
}

RILL_IO_TEST_CASE("each queued datagram counts 8 bytes more; marks pause and resume",
                  "[create_datagram_endpoint]") {
  if (rill_test::lacks_unix_sockets(rill::socket_type::datagram)) co_return;
  const pair_ends ends = co_await connected_ends();
  const std::shared_ptr<rill::datagram_transport> out = ends.one->transport;
  out->set_write_buffer_limits(4032, 2016);
  CHECK(out->write_buffer_limits().high == 4032);
  const std::string block(1000, 'x');
  // Until the system takes no more: from there on each one counts.
  int sent = 0;
  for (; out->write_buffer_size() == 0 && sent < 1000; ++sent) out->sendto(block);
  CHECK(out->write_buffer_size() == 1008);
  out->sendto("");
  CHECK(out->write_buffer_size() == 1016);
  for (int i = 0; i < 2; ++i) out->sendto(block);
  CHECK_FALSE(ends.one->log.has("pause"));
  out->sendto(block);
  CHECK(out->write_buffer_size() == 4040);
  CHECK(ends.one->log.count("pause") == 1);
  out->sendto(block);
  CHECK(ends.one->log.count("pause") == 1);
  co_await ends.one->log.wait_for("resume");
  CHECK(out->write_buffer_size() <= 2016);
  co_await ends.two->log.wait_for_lines(static_cast<std::size_t>(sent) + 6);
  CHECK(ends.one->log.count("resume") == 1);
  CHECK_THROWS_AS(out->set_write_buffer_limits(1, 2), std::invalid_argument);
}

RILL_IO_TEST_CASE("a datagram that cannot be sent strands none behind it",
                  "[create_datagram_endpoint]") {
  if (rill_test::lacks_unix_sockets(rill::socket_type::datagram)) co_return;
  const pair_ends ends = co_await connected_ends();
  const std::shared_ptr<rill::datagram_transport> out = ends.one->transport;
  const std::string block(1000, 'x');
  while (out->write_buffer_size() == 0) out->sendto(block);
  out->sendto(std::string(100'000, 'y'));
  out->sendto("behind it");
  co_await ends.two->log.wait_for("got behind it");
  CHECK(ends.one->log.text() == "made, pause, resume, error");
  CHECK(ends.one->last_error == std::errc::message_size);
}

RILL_IO_TEST_CASE("a refused datagram is told, and the next arrives",
                  "[create_datagram_endpoint]") {
  if (rill_test::loses_refusals()) co_return;
  const recorder_pointer gone = co_await endpoint(at_any_port());
  const socket_address target = gone->transport->local_address();
  gone->transport->close();
  co_await gone->log.wait_for("lost");
  datagram_options options;
  options.remote = target;
  const recorder_pointer sender = co_await endpoint(options);
  sender->transport->sendto("nobody is there");
  datagram_options there;
  there.local = target;
  rill::socket late(rill::address_family::ipv4, rill::socket_type::datagram);
  late.bind(target);
  sender->transport->sendto("somebody is there");
  co_await sender->log.wait_for("error");
  CHECK(sender->last_error == std::errc::connection_refused);
  CHECK(sender->log.count("error") == 1);
  const auto factory = [] { return std::make_shared<recorder>(); };
  auto [transport, receiver] = co_await create_datagram_endpoint(factory, std::move(late));
  co_await receiver->log.wait_for("got somebody is there");
  CHECK(receiver->log.text() == "made, got somebody is there");
  CHECK_FALSE(transport->is_closing());
}

RILL_IO_TEST_CASE("abort drops what is queued, and reports the end without an error",
                  "[create_datagram_endpoint]") {
  if (rill_test::lacks_unix_sockets(rill::socket_type::datagram)) co_return;
  const pair_ends ends = co_await connected_ends();
  const std::string block(1000, 'x');
  while (ends.one->transport->write_buffer_size() < 10'000) ends.one->transport->sendto(block);
  ends.one->transport->sendto("never");
  ends.one->transport->abort();
  CHECK(ends.one->transport->write_buffer_size() == 0);
  CHECK_FALSE(ends.one->log.has("lost"));
  co_await ends.one->log.wait_for("lost");
  for (int i = 0; i < 20; ++i) co_await let_run();
  CHECK_FALSE(ends.two->log.has("got never"));
}

RILL_IO_TEST_CASE("what a datagram protocol throws is reported, and the endpoint goes on",
                  "[create_datagram_endpoint]") {
  const recorder_pointer sender = co_await endpoint(at_any_port());
  for (const char* const failing : {"made", "got one", "lost"}) {
    const recorder_pointer broken =
        co_await endpoint(at_any_port(), std::make_shared<recorder>(failing));
    sender->transport->sendto("one", broken->transport->local_address());
    sender->transport->sendto("two", broken->transport->local_address());
    co_await broken->log.wait_for("got two");
    broken->transport->close();
    co_await broken->log.wait_for("lost");
    co_await let_run();
    CHECK(broken->log.text() == "made, got one, got two, lost");
    const std::vector<std::string> reports = rill::testing::take_reports();
    CHECK(reports.size() == 1);
    CHECK_THAT(reports.at(0), Catch::Contains(std::string("boom in ") + failing));
  }
}

RILL_IO_TEST_CASE("another protocol can take over; a wrong one is refused",
                  "[create_datagram_endpoint]") {
  const recorder_pointer first = co_await endpoint(at_any_port());
  const recorder_pointer sender = co_await endpoint(at_any_port());
  const std::shared_ptr<rill::datagram_transport> transport = first->transport;
  const auto second = std::make_shared<recorder>();
  transport->set_protocol(second);
  CHECK(transport->get_protocol() == second);
  CHECK_THROWS_AS(transport->set_protocol(nullptr), std::invalid_argument);
  class of_a_child : public rill::subprocess_protocol {};
  CHECK_THROWS_AS(transport->set_protocol(std::make_shared<of_a_child>()), std::invalid_argument);
  sender->transport->sendto("hello", transport->local_address());
  co_await second->log.wait_for("got hello");
  transport->close();
  co_await second->log.wait_for("lost");
  CHECK(second->log.text() == "got hello, lost");
  CHECK(first->log.text() == "made");
}

RILL_IO_TEST_CASE("targets that are missing or wrong are refused in the call",
                  "[create_datagram_endpoint]") {
  const recorder_pointer free = co_await endpoint(at_any_port());
  CHECK_THROWS_AS(free->transport->sendto("x"), std::invalid_argument);
  datagram_options options;
  options.remote = free->transport->local_address();
  const recorder_pointer tied = co_await endpoint(options);
  CHECK(tied->transport->peer_address() == options.remote);
  CHECK_THROWS_AS(tied->transport->sendto("x", tied->transport->local_address()),
                  std::invalid_argument);
  tied->transport->sendto("right", options.remote);
  co_await free->log.wait_for("got right");
}

RILL_IO_TEST_CASE("the creation may fail or be cancelled", "[create_datagram_endpoint]") {
  const recorder_pointer taken = co_await endpoint(at_any_port());
  datagram_options same;
  same.local = taken->transport->local_address();
  int made = 0;
  const auto factory = [&made] {
    ++made;
    return std::make_shared<recorder>();
  };
  auto failing = rill::create_task(create_datagram_endpoint(factory, same));
  const std::error_code code = co_await rill_test::error_of(failing);
  CHECK(code == std::errc::address_in_use);
  CHECK(made == 0);
  const auto protocol = std::make_shared<recorder>();
  const auto existing = [&protocol] { return protocol; };
  auto creating = rill::create_task(create_datagram_endpoint(existing, at_any_port()));
  co_await rill::yield();
  creating.cancel();
  const bool cancelled = co_await rill_test::was_cancelled(creating);
  CHECK(cancelled);
  co_await protocol->log.wait_for("lost");
  CHECK(protocol->log.text() == "made, lost");
}

RILL_IO_TEST_CASE("calls are made in the context of who created the endpoint",
                  "[create_datagram_endpoint]") {
  static rill::context_var<int> where("where", 0);
  class reader : public rill::datagram_protocol {
   public:
    void datagram_received(std::string_view, const socket_address&) override {
      log.note(std::to_string(where.get()));
      where.set(99);
    }
    rill_test::call_log log;
  };
  where.set(1);
  const auto factory = [] { return std::make_shared<reader>(); };
  auto [transport, protocol] = co_await create_datagram_endpoint(factory, at_any_port());
  where.set(2);
  const recorder_pointer sender = co_await endpoint(at_any_port());
  sender->transport->sendto("x", transport->local_address());
  co_await protocol->log.wait_for("1");
  CHECK(where.get() == 2);
}

RILL_IO_TEST_CASE("nobody holds the transport, and it still receives",
                  "[create_datagram_endpoint]") {
  class counter : public rill::datagram_protocol {
   public:
    explicit counter(rill_test::call_log& log) : log_(&log) {}
    ~counter() override { log_->note("destroyed"); }
    void datagram_received(std::string_view data, const socket_address&) override {
      log_->note(std::string(data));
    }

   private:
    rill_test::call_log* log_;
  };
  rill_test::call_log log;
  socket_address address;
  std::weak_ptr<rill::datagram_transport> watched;
  {
    const auto factory = [&log] { return std::make_unique<counter>(log); };
    auto [transport, protocol] = co_await create_datagram_endpoint(factory, at_any_port());
    address = transport->local_address();
    watched = transport;
  }
  const recorder_pointer sender = co_await endpoint(at_any_port());
  sender->transport->sendto("x", address);
  co_await log.wait_for("x");
  watched.lock()->close();
  co_await log.wait_for("destroyed");
  // A kernel that completes keeps the memory of its receive until it has answered.
  for (int i = 0; i < 1000 && !watched.expired(); ++i) co_await let_run();
  CHECK(watched.expired());
}
