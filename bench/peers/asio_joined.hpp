// SPDX-License-Identifier: BSL-1.0
// A wait for several coroutines of Asio.
#pragma once

#include <asio.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <system_error>

#include "peers/asio_coroutines.hpp"

namespace asio_peer {

using timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, executor>;

/// Counts who has ended, for one that waits for all. Asio has no object that is a running coroutine
/// and can be awaited by anybody: who joins waits on a timer that never expires, which the last to
/// end cancels, as its examples do.
class joined {
 public:
  joined(executor where, std::int64_t count)
      : over_(where, timer::time_point::max()), left_(count) {}

  auto one() {
    return [this](const std::exception_ptr&) {
      if (--left_ == 0) over_.cancel();
    };
  }
  coro all() {
    if (left_ == 0) co_return;
    std::error_code ignored;
    co_await over_.async_wait(asio::redirect_error(awaits, ignored));
  }

 private:
  timer over_;
  std::int64_t left_;
};

}  // namespace asio_peer
