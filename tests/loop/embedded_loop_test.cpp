// SPDX-License-Identifier: BSL-1.0
//
// A loop that a host runs turn by turn, and whose handle the host waits for; on every reactor that
// has such a handle.
#include <optional>
#include <thread>
#include <utility>

#include "rill/loop/event_loop.hpp"
#include "rill/loop/io_op.hpp"
#include "rill/loop/reactor.hpp"
#include "rill/net/socket.hpp"
#include "support/coroutine_case.hpp"
#include "support/handle_shows.hpp"
#include "support/skip.hpp"

namespace {

class embedded_loop : public rill::event_loop {
 public:
  embedded_loop() : rill::event_loop(rill_test::backend_options()) {
    if (pollable() == rill::invalid_handle) rill_test::skip("this reactor has no handle for hosts");
  }

  bool can_be_embedded() const { return pollable() != rill::invalid_handle; }
  bool shows() const { return rill_test::handle_shows(pollable(), 5000); }
  bool is_quiet() const { return !rill_test::handle_shows(pollable(), 0); }
  void post_from_elsewhere(int& calls) {
    std::thread([&] { call_soon_threadsafe([&calls] { ++calls; }); }).join();
  }
};

struct receive_op : rill::io_op {
  receive_op(rill::native_handle socket, char& room) {
    complete = [](rill::io_op& op) noexcept { static_cast<receive_op&>(op).ended = true; };
    kind = rill::io_kind::receive;
    handle = socket;
    data = &room;
    size = 1;
  }
  bool ended = false;
};

using two_sockets = std::optional<std::pair<rill::socket, rill::socket>>;

rill::coro<> make(two_sockets& sockets) {
  sockets.emplace(rill::socket_pair());
  co_return;
}

/// A receive for which nothing comes, and that the loop's reactor has begun.
struct waiting_receive {
  explicit waiting_receive(rill::event_loop& loop) {
    loop.run_until_complete(make(sockets));
    receiving.handle = handle();
    REQUIRE_FALSE(loop.io().start(receiving));
    loop.run_once();
  }
  rill::native_handle handle() const { return sockets->first.native(); }

  two_sockets sockets;
  char room = 0;
  receive_op receiving{rill::invalid_handle, room};
};

}  // namespace

RILL_REACTOR_TEST_CASE("what another thread posts between two turns shows on the loop's handle",
                       "[embedded]") {
  embedded_loop loop;
  if (!loop.can_be_embedded()) return;
  int calls = 0;
  for (int round = 1; round <= 3; ++round) {
    loop.run_once();
    CHECK(loop.is_quiet());
    loop.post_from_elsewhere(calls);
    CHECK(loop.shows());
    loop.run_once();
    CHECK(calls == round);
    loop.run_once();
    CHECK(loop.is_quiet());
  }
}

RILL_REACTOR_TEST_CASE("what is posted before the first turn shows on the loop's handle",
                       "[embedded]") {
  embedded_loop loop;
  if (!loop.can_be_embedded()) return;
  int calls = 0;
  loop.post_from_elsewhere(calls);
  CHECK(loop.shows());
  loop.run_once();
  CHECK(calls == 1);
  CHECK(loop.is_quiet());
}

RILL_REACTOR_TEST_CASE("what is posted before the handle is asked for shows on it", "[embedded]") {
  rill::event_loop loop(rill_test::backend_options());
  int calls = 0;
  std::thread([&] { loop.call_soon_threadsafe([&calls] { ++calls; }); }).join();
  const rill::native_handle handle = loop.pollable();
  if (handle == rill::invalid_handle) {
    rill_test::skip("this reactor has no handle for hosts");
    return;
  }
  CHECK(rill_test::handle_shows(handle, 5000));
  loop.run_once();
  CHECK(calls == 1);
}

RILL_REACTOR_TEST_CASE("what is posted in a turn for the next one shows on the loop's handle",
                       "[embedded]") {
  embedded_loop loop;
  if (!loop.can_be_embedded()) return;
  int calls = 0;
  loop.call_soon([&] { loop.post_from_elsewhere(calls); });
  loop.run_once();
  while (calls == 0) {
    REQUIRE(loop.shows());
    loop.run_once();
  }
  loop.run_once();
  CHECK(loop.is_quiet());
}

RILL_REACTOR_TEST_CASE("an operation that ends by a closed handle shows on the loop's handle",
                       "[embedded]") {
  embedded_loop loop;
  if (!loop.can_be_embedded()) return;
  waiting_receive left(loop);
  CHECK(loop.is_quiet());
  loop.io().forget(left.handle());
  CHECK(loop.shows());
  while (!left.receiving.ended) loop.run_once();
  CHECK(left.receiving.result == rill::io_closed);
  loop.run_once();
  CHECK(loop.is_quiet());
}

RILL_REACTOR_TEST_CASE("an operation that has ended before the handle is asked for shows on it",
                       "[embedded]") {
  rill::event_loop loop(rill_test::backend_options());
  waiting_receive left(loop);
  loop.io().forget(left.handle());
  const rill::native_handle handle = loop.pollable();
  if (handle == rill::invalid_handle) {
    rill_test::skip("this reactor has no handle for hosts");
  } else {
    CHECK(rill_test::handle_shows(handle, 5000));
  }
  while (!left.receiving.ended) loop.run_once();
}
