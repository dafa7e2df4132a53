// SPDX-License-Identifier: BSL-1.0
// What the programs on Asio share: its coroutines without type-erased executors.
#pragma once

#include <asio.hpp>

namespace asio_peer {

using executor = asio::io_context::executor_type;
using coro = asio::awaitable<void, executor>;
inline constexpr asio::use_awaitable_t<executor> awaits;

}  // namespace asio_peer
