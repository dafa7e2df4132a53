// SPDX-License-Identifier: BSL-1.0
// The examples of the reference pages of loop: clock, handles, runs, readiness, an awaitable of
// one's own.
#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>
#include <thread>

#include "rill/base/error.hpp"
#include "rill/loop/io_awaiter.hpp"
#include "rill/rill.hpp"

namespace {

using namespace std::chrono_literals;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("reference, loop: %s\n", what);
  std::exit(1);
}

// [pace]
rill::coro<int> tick(int times) {
  rill::time_point next = rill::loop_clock::now();
  int ticks = 0;
  while (ticks < times) {
    next += 2ms;  // from moment to moment: what a tick takes does not add up
    co_await rill::sleep_until(next);
    ++ticks;
  }
  co_return ticks;
}
// [/pace]

void handles_of_threads() {
  // [threadsafe_handle]
  rill::event_loop loop;
  rill::threadsafe_handle handle;
  std::thread other([&] { handle = loop.call_soon_threadsafe([] { std::puts("not printed"); }); });
  other.join();
  const bool never_runs = handle.cancel();  // true: the loop had not come to it
  loop.run_once();
  // [/threadsafe_handle]
  expect(never_runs && handle.cancelled(), "threadsafe_handle");
}

rill::coro<> serve() {
  std::raise(SIGINT);
  co_await rill::sleep(1h);
}

int interrupted_main() {
  // [interrupted]
  try {
    rill::run(serve());
  } catch (const rill::interrupted_error&) {
    std::puts("interrupted");
    return 130;
  }
  // [/interrupted]
  return 0;
}

rill::coro<> readiness(rill::native_handle reading_end) {
  // [reader]
  rill::event_loop& loop = rill::event_loop::running();
  auto ready = rill::create_future<>();
  loop.add_reader(reading_end, [ready] {
    if (!ready.done()) ready.set_result();
  });
  co_await ready;
  loop.remove_reader(reading_end);  // before the handle is closed
  // [/reader]
}

// [read_awaiter]
class [[nodiscard]] read_awaiter final : public rill::detail::io_awaiter {
 public:
  read_awaiter(rill::event_loop& loop, rill::native_handle from, std::span<char> to)
      : io_awaiter(loop.io()) {
    kind = rill::io_kind::read;
    handle = from;
    data = to.data();
    size = to.size();
  }
  std::size_t await_resume() {
    const std::int64_t received = finish();  // throws if the task was cancelled
    if (received == rill::io_closed) rill::detail::throw_logic_error("the pipe was closed");
    if (received < 0) rill::detail::throw_system_error(static_cast<int>(-received), "read");
    return static_cast<std::size_t>(received);
  }
};
// [/read_awaiter]

rill::coro<> pipes() {
  const auto [reading, writing] = rill::socket_pair();
  co_await writing.send_all("hello");
  const rill::native_handle reading_end = reading.native();
  // With completions, as on Windows, there is no readiness.
  const rill::reactor& io = rill::event_loop::running().io();
  if (io.supports(rill::reactor_feature::readiness)) co_await readiness(reading_end);
  // [await_read]
  rill::event_loop& loop = rill::event_loop::running();
  std::array<char, 16> buffer;
  const std::size_t received = co_await read_awaiter(loop, reading_end, buffer);
  loop.io().forget(reading_end);  // before the handle is closed
  // [/await_read]
  expect(std::string_view(buffer.data(), received) == "hello", "read_awaiter");
}

rill::coro<int> all() {
  const int ticks = co_await tick(3);
  expect(ticks == 3, "pace");
  co_await pipes();
  co_return 0;
}

}  // namespace

int main() {
  handles_of_threads();
  expect(interrupted_main() == 130, "interrupted");
  return rill::run(all());
}
