// SPDX-License-Identifier: BSL-1.0
#include "rill/net/detail/message_awaiters.hpp"

#include <cstring>

#include "net/sockaddr.hpp"
#include "rill/net/detail/socket_awaiters.hpp"

namespace rill::detail {

message_awaiter::message_awaiter(reactor& owner, native_handle user, io_kind what,
                                 const void* bytes, std::size_t count)
    // A send reads only; the record serves both ways.
    : io_awaiter(owner), buffer_{const_cast<void*>(bytes), count} {
  static_assert(native_address_size >= sizeof(sockaddr_storage));
  message_.buffers = &buffer_;
  message_.buffer_count = 1;
  kind = what;
  handle = user;
  data = &message_;
}

recv_from_awaiter::recv_from_awaiter(const socket& owner, std::span<std::byte> bytes)
    : recv_from_awaiter(socket_access::io(owner), socket_access::handle(owner), bytes) {}

recv_from_awaiter::recv_from_awaiter(reactor& owner, native_handle receiver,
                                     std::span<std::byte> bytes)
    : message_awaiter(owner, receiver, io_kind::receive_message, bytes.data(), bytes.size()) {
  message_.address = address_;
  message_.address_size = native_address_size;
}

received_datagram recv_from_awaiter::await_resume() {
  const std::int64_t count = checked_result(finish(), "rill: recv_from");
  received_datagram received;
  received.size = static_cast<std::size_t>(count);
  received.sender = from_native(address_, message_.address_size);
  received.truncated = message_.truncated;
  return received;
}

send_to_awaiter::send_to_awaiter(const socket& owner, std::span<const std::byte> bytes,
                                 const socket_address& address)
    : send_to_awaiter(socket_access::io(owner), socket_access::handle(owner), bytes, address) {}

send_to_awaiter::send_to_awaiter(reactor& owner, native_handle sender,
                                 std::span<const std::byte> bytes, const socket_address& address)
    : message_awaiter(owner, sender, io_kind::send_message, bytes.data(), bytes.size()) {
  const native_address native = to_native(address);
  std::memcpy(address_, &native.storage, sizeof native.storage);
  message_.address = native.size == 0 ? nullptr : address_;
  message_.address_size = native.size;
}

std::size_t send_to_awaiter::await_resume() {
  return static_cast<std::size_t>(checked_result(finish(), "rill: send_to"));
}

}  // namespace rill::detail
