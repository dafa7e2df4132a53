// SPDX-License-Identifier: BSL-1.0
// asyncio's sock_* calls: operations on the handle of a socket that is not a rill::socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rill/base/native_handle.hpp"
#include "rill/core/coro.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/net/address.hpp"
#include "rill/net/socket.hpp"

namespace rill {

// [sock_calls]
// Each takes the running loop and a handle that stays the caller's. **Suspends** unless it can end
// at once. **Cancellation**: it has ended or never happened. **Throws** std::system_error;
// usage_error for a handle that is in blocking mode, in debug mode of the loop only.
// **Lifetime**: handle and buffers must live until the await is over. Call sock_forget() before the
// handle is closed, or used with another loop. **Threads**: only on the thread of that loop.

/// Receives up to `most` bytes; an empty string is the end of the stream.
coro<std::string> sock_recv(event_loop& loop, native_handle handle, std::size_t most);
/// Receives into memory of the caller; 0 is the end of the stream.
detail::recv_awaiter sock_recv_into(event_loop& loop, native_handle handle,
                                    std::span<std::byte> data);
/// Sends everything. `sent`, if given, counts the bytes that have gone out, also when it fails.
coro<> sock_sendall(event_loop& loop, native_handle handle, std::span<const std::byte> data,
                    std::size_t* sent = nullptr);
coro<> sock_sendall(event_loop& loop, native_handle handle, std::string_view data);
/// Sends a file; see socket::send_file().
coro<std::int64_t> sock_sendfile(event_loop& loop, native_handle handle, file& from,
                                 std::int64_t offset = 0,
                                 std::optional<std::int64_t> count = std::nullopt,
                                 bool fallback = true);
/// Waits for a connection; its socket is the caller's. The address of the peer is its
/// peer_address().
detail::accept_awaiter sock_accept(event_loop& loop, native_handle handle);
detail::connect_awaiter sock_connect(event_loop& loop, native_handle handle,
                                     const socket_address& address);

/// Receives a datagram into memory of the caller, with its sender.
detail::recv_from_awaiter sock_recvfrom(event_loop& loop, native_handle handle,
                                        std::span<std::byte> data);
/// The same, at most `count` bytes of it. asyncio: sock_recvfrom_into(). **Throws**
/// std::invalid_argument if `count` is more than there is room; no datagram is taken then.
detail::recv_from_awaiter sock_recvfrom_into(event_loop& loop, native_handle handle,
                                             std::span<std::byte> data, std::size_t count);
detail::send_to_awaiter sock_sendto(event_loop& loop, native_handle handle,
                                    std::span<const std::byte> data, const socket_address& address);

/// Tells the loop that the handle is about to be closed or taken elsewhere. Operations on it that
/// wait end with an error. asyncio has no counterpart: remove_reader() at most.
void sock_forget(event_loop& loop, native_handle handle) noexcept;
// [/sock_calls]

}  // namespace rill
