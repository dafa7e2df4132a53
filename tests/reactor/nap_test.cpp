// SPDX-License-Identifier: BSL-1.0
//
// A loop that waits for nothing but time and threads does not wait in the kernel's queue, nor is it
// woken through that. On every reactor.
#include <signal.h>
#include <time.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <span>
#include <thread>
#include <utility>

#include "base/system_calls.hpp"
#include "reactor/loop_activity.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/external_work.hpp"
#include "rill/loop/runner.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/net/socket.hpp"
#include "support/alarm_rain.hpp"
#include "support/coroutine_case.hpp"
#include "support/skip.hpp"
#include "support/socket_pair.hpp"
#include "support/thread_at_work.hpp"

using namespace std::chrono_literals;
using rill::detail::system_call_table;

namespace {

std::atomic<int> queue_calls = 0;

template <auto Member>
struct counted;
template <class Result, class... Arguments, Result (*system_call_table::*Member)(Arguments...)>
struct counted<Member> {
  static inline Result (*original)(Arguments...) = nullptr;
  static Result call(Arguments... arguments) {
    ++queue_calls;
    return original(arguments...);
  }
  static void install() {
    original = rill::detail::current_system_calls.*Member;
    if (original != nullptr) rill::detail::current_system_calls.*Member = &call;
  }
};

/// Counts the calls that wait in a queue of the kernel's, but for io_uring's own, and those by
/// which somebody who waits there is woken.
class counting {
 public:
  counting() {
    counted<&system_call_table::epoll_wait>::install();
    counted<&system_call_table::epoll_pwait2>::install();
    counted<&system_call_table::ppoll>::install();
    counted<&system_call_table::write>::install();
    queue_calls = 0;
  }

 private:
  rill::detail::system_calls_restorer restorer_;
};

bool nobody_naps() {
  if (rill::detail::loop_activity::can_nap()) return false;
  rill_test::skip("there are no naps on this system");
  return true;
}

rill::coro<> wait_for_thread() {
  rill::event_loop& loop = rill::event_loop::running();
  const rill::future<> arrived = rill::create_future();
  const rill::external_work_guard guard;
  rill_test::thread_at_work helper([&] {
    const timespec pause{0, 2'000'000};
    nanosleep(&pause, nullptr);
    loop.call_soon_threadsafe([&] { arrived.set_result(); });
  });
  co_await arrived;
}

rill::coro<> sleep_a_little() { co_await rill::sleep(2ms); }

rill::coro<> receive_within(std::chrono::milliseconds limit) {
  auto [one, other] = rill::socket_pair();
  char byte = 0;
  const rill::timer_handle timer =
      rill::event_loop::running().call_later(limit, [&end = other] { end.close(); });
  const std::size_t got = co_await one.recv(std::as_writable_bytes(std::span(&byte, 1)));
  CHECK(got == 0);
}

rill::coro<rill::socket> accept_from(const rill::socket& listener) {
  rill::socket accepted = co_await listener.accept();
  co_return std::move(accepted);
}

// Reactors may leave the accept in the kernel; nobody waits for it.
rill::coro<> sleep_while_a_peer_connects() {
  const rill::socket listener = rill_test::listening();
  const auto accepting = rill::create_task(accept_from(listener));
  co_await rill::yield();
  accepting.cancel();
  const bool cancelled = co_await rill_test::was_cancelled(accepting);
  CHECK(cancelled);
  rill::socket client;
  const rill_test::thread_at_work peer([&, address = listener.local_address()] {
    rill::run(rill_test::connect_to(client, address));
  });
  co_await rill::sleep(5ms);
  const rill::socket accepted = co_await listener.accept();
  CHECK(accepted.local_address() == listener.local_address());
}

}  // namespace

RILL_REACTOR_TEST_CASE(
    "a loop without I/O waits for time and threads outside of the kernel's queue", "[nap]") {
  if (nobody_naps()) return;
  const counting counter;
  rill::event_loop loop(rill_test::backend_options());
  loop.run_until_complete(sleep_a_little());
  loop.run_until_complete(wait_for_thread());
  CHECK(queue_calls == 0);
}

RILL_REACTOR_TEST_CASE("a loop that has napped waits for I/O in the kernel's queue, and naps again",
                       "[nap]") {
  if (nobody_naps()) return;
  rill::event_loop loop(rill_test::backend_options());
  loop.run_until_complete(sleep_a_little());
  loop.run_until_complete(receive_within(2ms));
  loop.run_until_complete(sleep_a_little());
  loop.run_until_complete(receive_within(2ms));
  const counting counter;
  loop.run_until_complete(wait_for_thread());
  CHECK(queue_calls == 0);
}

RILL_REACTOR_TEST_CASE("a loop that a host waits for does not nap", "[nap]") {
  if (nobody_naps()) return;
  rill::event_loop loop(rill_test::backend_options());
  if (loop.io().name() != "epoll") {
    rill_test::skip("no handle for hosts, or waits that are not counted");
    return;
  }
  CHECK(loop.pollable() != rill::invalid_handle);
  const counting counter;
  loop.run_until_complete(sleep_a_little());
  CHECK(queue_calls != 0);
}

RILL_REACTOR_TEST_CASE("a loop that has napped in one thread does its I/O in another", "[nap]") {
  rill::event_loop loop(rill_test::backend_options());
  loop.run_until_complete(sleep_a_little());
  std::thread([&] {
    loop.run_until_complete(receive_within(2ms));
    loop.run_until_complete(sleep_a_little());
  }).join();
  loop.run_until_complete(receive_within(2ms));
}

RILL_REACTOR_TEST_CASE("a signal ends the wait of a turn, whatever its limit", "[nap]") {
  rill::event_loop loop(rill_test::backend_options());
  const rill_test::alarm_rain signals(SA_RESTART);
  do {
    loop.run_once(std::chrono::nanoseconds::max());
  } while (rill_test::alarms == 0);
  SUCCEED("it came back");
}

RILL_REACTOR_TEST_CASE("a connection that comes during a nap is there for the next accept",
                       "[nap]") {
  rill::event_loop loop(rill_test::backend_options());
  loop.run_until_complete(sleep_while_a_peer_connects());
}
