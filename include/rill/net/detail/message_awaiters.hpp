// SPDX-License-Identifier: BSL-1.0
// The awaiters of operations that carry an address with each message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "rill/loop/io_awaiter.hpp"
#include "rill/net/address.hpp"

namespace rill {

class socket;

// [received_datagram]
/// A datagram that was received into memory of the caller.
struct received_datagram {
  std::size_t size = 0;    ///< how many bytes were written there
  socket_address sender;   ///< of family none if the socket has no such notion
  bool truncated = false;  ///< the datagram was longer than the memory; the rest is lost
};
// [/received_datagram]

namespace detail {

/// The record of a message: one piece of memory and the system's form of an address.
class message_awaiter : public io_awaiter {
 protected:
  message_awaiter(reactor& owner, native_handle user, io_kind what, const void* bytes,
                  std::size_t count);
  ~message_awaiter() = default;

  io_message message_;
  io_buffer buffer_;
  static constexpr std::size_t native_address_size = 128;
  alignas(8) std::byte address_[native_address_size];
};

class [[nodiscard]] recv_from_awaiter final : public message_awaiter {
 public:
  recv_from_awaiter(const socket& owner, std::span<std::byte> bytes);
  recv_from_awaiter(reactor& owner, native_handle receiver, std::span<std::byte> bytes);
  received_datagram await_resume();
};

class [[nodiscard]] send_to_awaiter final : public message_awaiter {
 public:
  send_to_awaiter(const socket& owner, std::span<const std::byte> bytes,
                  const socket_address& address);
  send_to_awaiter(reactor& owner, native_handle sender, std::span<const std::byte> bytes,
                  const socket_address& address);
  std::size_t await_resume();
};

}  // namespace detail
}  // namespace rill
