// SPDX-License-Identifier: BSL-1.0
//
// Sizes of coroutine frames and of the blocks in them, so that growth is seen. The limits are what
// GCC 12.2 needs, which lays frames out before it optimises: they are the same at -O0 and at -O2.
// Clang's frames are smaller when it optimises; there only the limits are checked.
#include <array>
#include <cstddef>
#include <string>

#include "rill/base/config.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/detail/promise_base.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/io_awaiter.hpp"
#include "rill/loop/sleep.hpp"
#include "support/allocation_counter.hpp"
#include "support/catch.hpp"
#include "support/skip.hpp"

using rill::coro;

namespace {

// As an argument it makes a frame too large for the pool, so that operator new is told its size.
using ballast = std::array<std::byte, rill::detail::pool_largest>;

coro<> empty(ballast /*extra*/) { co_return; }
coro<int> value(ballast /*extra*/) { co_return 1; }
coro<std::string> text(ballast /*extra*/) { co_return "text"; }
coro<> one_yield(ballast /*extra*/) { co_await rill::yield(); }
coro<> small() { co_return; }
coro<> one_child(ballast /*extra*/) { co_await small(); }
coro<> one_sleep(ballast /*extra*/) { co_await rill::sleep(std::chrono::seconds(1)); }
coro<int> one_future(ballast /*extra*/, rill::future<int> awaited) {
  const int result = co_await awaited;
  co_return result;
}
coro<> ten_yields(ballast /*extra*/) {
  co_await rill::yield();
  co_await rill::yield();
  co_await rill::yield();
  co_await rill::yield();
  co_await rill::yield();
  co_await rill::yield();
  co_await rill::yield();
  co_await rill::yield();
  co_await rill::yield();
  co_await rill::yield();
}

template <class Coroutine, class... Args>
std::size_t frame_size(Coroutine coroutine, Args... args) {
  const auto made = coroutine(ballast(), args...);
  static_cast<void>(made);
  return rill_test::latest_large_allocation() - sizeof(ballast);
}

}  // namespace

TEST_CASE("frames of typical coroutines have not grown", "[frame_size]") {
  if (RILL_CLANG != 0 || RILL_TSAN != 0) {
    rill_test::skip("the sizes are those of GCC");
    return;
  }
  CHECK(frame_size(empty) <= 88);
  CHECK(frame_size(value) <= 88);
  CHECK(frame_size(text) <= 112);
  CHECK(frame_size(one_yield) <= 112);
  CHECK(frame_size(one_child) <= 128);
  CHECK(frame_size(one_sleep) <= 160);
  CHECK(frame_size(one_future, rill::future<int>()) <= 168);
  CHECK(frame_size(ten_yields) <= 328);
}

TEST_CASE("the parts of frames and blocks have not grown", "[frame_size]") {
  CHECK(sizeof(rill::detail::promise_base) <= 32);
  CHECK(sizeof(rill::detail::task_block<int>) <= 152);
  CHECK(sizeof(rill::detail::task_block<void>) <= 144);
  CHECK(sizeof(rill::detail::future_block<int>) <= 48);
  CHECK(sizeof(rill::detail::coro_awaiter<int>) <= 8);
  CHECK(sizeof(rill::detail::yield_awaiter) <= 8);
  CHECK(sizeof(rill::detail::sleep_awaiter) <= 48);
  CHECK(sizeof(rill::detail::future_reference_awaiter<int>) <= 48);
  CHECK(sizeof(rill::detail::io_awaiter) <= 104);
  CHECK(sizeof(rill::cancel_scope) <= 40);
}
