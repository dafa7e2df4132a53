// SPDX-License-Identifier: BSL-1.0
#include "rill/net/sock_calls.hpp"

#include <fcntl.h>

#include "base/system_calls.hpp"
#include "net/file_sender.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"

namespace rill {

namespace {

reactor& io_for(event_loop& loop, native_handle handle) {
  if (&event_loop::running() != &loop) {
    detail::throw_usage("rill: sock_ calls belong to the loop that runs in this thread");
  }
  if (loop.get_debug()) {
    const int flags = detail::system_calls().fcntl(static_cast<int>(handle), F_GETFL, 0);
    if (flags >= 0 && (flags & O_NONBLOCK) == 0) {
      detail::throw_usage("rill: a socket given to sock_ calls must be in non-blocking mode");
    }
  }
  return loop.io();
}

coro<std::string> receive(reactor& io, native_handle handle, std::size_t most) {
  std::string data(most, '\0');
  const std::size_t count =
      co_await detail::recv_awaiter(io, handle, std::as_writable_bytes(std::span(data)));
  data.resize(count);
  co_return std::move(data);
}

coro<> send_everything(reactor& io, native_handle handle, std::span<const std::byte> data,
                       std::size_t* sent) {
  std::size_t counted = 0;
  std::size_t& gone = sent != nullptr ? *sent : counted;
  gone = 0;
  while (gone < data.size()) {
    const std::size_t count = co_await detail::send_awaiter(io, handle, data.subspan(gone));
    gone += count;
  }
}

}  // namespace

coro<std::string> sock_recv(event_loop& loop, native_handle handle, std::size_t most) {
  return receive(io_for(loop, handle), handle, most);
}

detail::recv_awaiter sock_recv_into(event_loop& loop, native_handle handle,
                                    std::span<std::byte> data) {
  return {io_for(loop, handle), handle, data};
}

coro<> sock_sendall(event_loop& loop, native_handle handle, std::span<const std::byte> data,
                    std::size_t* sent) {
  return send_everything(io_for(loop, handle), handle, data, sent);
}
coro<> sock_sendall(event_loop& loop, native_handle handle, std::string_view data) {
  return sock_sendall(loop, handle, std::as_bytes(std::span(data.data(), data.size())));
}

coro<std::int64_t> sock_sendfile(event_loop& loop, native_handle handle, file& from,
                                 std::int64_t offset, std::optional<std::int64_t> count,
                                 bool fallback) {
  const detail::file_target to{&io_for(loop, handle), handle, nullptr, nullptr};
  const detail::file_slice slice{offset, count, fallback};
  return detail::send_file_to(to, detail::file_access::state(from), slice);
}

detail::accept_awaiter sock_accept(event_loop& loop, native_handle handle) {
  return {io_for(loop, handle), handle};
}

detail::connect_awaiter sock_connect(event_loop& loop, native_handle handle,
                                     const socket_address& address) {
  return {io_for(loop, handle), handle, address};
}

detail::recv_from_awaiter sock_recvfrom(event_loop& loop, native_handle handle,
                                        std::span<std::byte> data) {
  return {io_for(loop, handle), handle, data};
}

detail::recv_from_awaiter sock_recvfrom_into(event_loop& loop, native_handle handle,
                                             std::span<std::byte> data, std::size_t count) {
  if (count > data.size()) {
    detail::throw_invalid_argument("rill: sock_recvfrom_into() of more bytes than there is room");
  }
  return {io_for(loop, handle), handle, data.first(count)};
}

detail::send_to_awaiter sock_sendto(event_loop& loop, native_handle handle,
                                    std::span<const std::byte> data,
                                    const socket_address& address) {
  return {io_for(loop, handle), handle, data, address};
}

void sock_forget(event_loop& loop, native_handle handle) noexcept { loop.io().forget(handle); }

}  // namespace rill
