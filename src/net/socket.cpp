// SPDX-License-Identifier: BSL-1.0
#include "rill/net/socket.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/system_calls.hpp"
#include "base/system_numbers.hpp"
#include "net/sockaddr.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/detail/loop_services.hpp"

namespace rill {

using detail::system_calls;
using detail::throw_system_error;

namespace {

int number_of(native_handle handle) noexcept { return static_cast<int>(handle); }

/// Non-blocking, and not inherited.
int native_kind(socket_type type) noexcept {
  const int kind = type == socket_type::stream ? SOCK_STREAM : SOCK_DGRAM;
  return kind | detail::system_numbers::non_blocking | detail::system_numbers::not_inherited;
}

}  // namespace

socket::socket(address_family family, socket_type type) {
  detail::scheduler& owner = detail::scheduler::require_current();
  int domain = AF_INET;
  if (family == address_family::ipv6) domain = AF_INET6;
  if (family == address_family::unix_socket) domain = AF_UNIX;
  const int made = system_calls().socket(domain, native_kind(type), 0);
  if (made < 0) throw_system_error(errno, "rill: socket");
  *this = socket(made, owner);
}

socket socket::adopt(native_handle handle) {
  detail::scheduler& owner = detail::scheduler::require_current();
  detail::make_non_blocking(handle);
  return socket(handle, owner);
}

native_handle socket::checked() const {
  if (!handle_) {
    detail::throw_usage("rill: this socket is closed, moved from, or was never opened");
  }
  return handle_.get();
}

void socket::bind(const socket_address& address) {
  const detail::native_address native = detail::to_native(address);
  if (system_calls().bind(number_of(checked()), native.data(), native.size) != 0) {
    throw_system_error(errno, "rill: bind to " + address.to_string());
  }
}

void socket::listen(int backlog) {
  if (system_calls().listen(number_of(checked()), backlog) != 0) {
    throw_system_error(errno, "rill: listen");
  }
}

socket_address socket::local_address() const {
  detail::native_address native;
  native.size = detail::native_address::capacity;
  if (system_calls().getsockname(number_of(checked()), native.data(), &native.size) != 0) {
    throw_system_error(errno, "rill: getsockname");
  }
  return detail::from_native(native);
}

socket_address socket::peer_address() const {
  detail::native_address native;
  native.size = detail::native_address::capacity;
  if (system_calls().getpeername(number_of(checked()), native.data(), &native.size) != 0) {
    throw_system_error(errno, "rill: getpeername");
  }
  return detail::from_native(native);
}

coro<> socket::send_all(std::span<const std::byte> data) const {
  std::size_t sent = 0;
  co_await send_all(data, sent);
}

coro<> socket::send_all(std::span<const std::byte> data, std::size_t& sent) const {
  sent = 0;
  while (sent < data.size()) {
    const std::size_t gone = co_await send(data.subspan(sent));
    sent += gone;
  }
}

coro<std::size_t> socket::recv_all(std::span<std::byte> data) const {
  std::size_t received = 0;
  while (received < data.size()) {
    const std::size_t count = co_await recv(data.subspan(received));
    if (count == 0) break;
    received += count;
  }
  co_return received;
}

void socket::shutdown(shutdown_side side) {
  int how = SHUT_RDWR;
  if (side == shutdown_side::read) how = SHUT_RD;
  if (side == shutdown_side::write) how = SHUT_WR;
  if (system_calls().shutdown(number_of(checked()), how) != 0) {
    throw_system_error(errno, "rill: shutdown");
  }
}

std::pair<socket, socket> socket_pair(socket_type type) {
  detail::scheduler& owner = detail::scheduler::require_current();
  int ends[2];
  if (detail::system_calls().socketpair(AF_UNIX, native_kind(type), 0, ends) != 0) {
    throw_system_error(errno, "rill: socketpair");
  }
  return {detail::socket_access::make(ends[0], owner), detail::socket_access::make(ends[1], owner)};
}

namespace detail {

std::uint8_t socket_access::receive_flags(const socket& owner) noexcept {
  return owner.read_ahead_ ? io_read_ahead : 0;
}

native_handle socket_access::handle(const socket& owner) { return owner.checked(); }

reactor& socket_access::io(const socket& owner) {
  static_cast<void>(owner.checked());
  scheduler& loop = *owner.handle_.owner();
  if (!loop.is_open()) throw_usage("rill: the event loop of this socket is closed");
  return loop_services::of(loop).io();
}

socket socket_access::make(native_handle handle, scheduler& owner) noexcept {
  return socket(handle, owner);
}

void throw_io_error(std::int64_t result, const char* what) {
  if (result == io_closed) {
    throw_system_error(EBADF, std::string(what) + ": the handle was closed by another task");
  }
  throw_system_error(static_cast<int>(-result), what);
}

std::exception_ptr make_io_error(std::int64_t result, const char* what) noexcept {
  try {
    throw_io_error(result, what);
  } catch (...) {
    return std::current_exception();
  }
}

accept_operation::accept_operation(const socket& owner)
    : accept_operation(socket_access::io(owner), socket_access::handle(owner)) {}

accept_operation::accept_operation(reactor& owner, native_handle listener)
    : io_awaiter(owner), loop_(&scheduler::require_current()) {
  kind = io_kind::accept;
  handle = listener;
  result = io_cancelled;  // nothing accepted yet
}

accept_operation::~accept_operation() {
  if (result >= 0) system_calls().close(number_of(static_cast<native_handle>(result)));
}

socket accept_operation::take(std::int64_t done) noexcept {
  result = io_cancelled;
  return socket_access::make(static_cast<native_handle>(done), *loop_);
}

connect_operation::connect_operation(const socket& owner, const socket_address& address)
    : connect_operation(socket_access::io(owner), socket_access::handle(owner), address) {}

connect_operation::connect_operation(reactor& owner, native_handle connecting,
                                     const socket_address& address)
    : io_awaiter(owner) {
  static_assert(native_address_size >= sizeof(sockaddr_storage));
  const native_address native = to_native(address);
  std::memcpy(address_, &native.storage, sizeof native.storage);
  kind = io_kind::connect;
  handle = connecting;
  data = address_;
  size = native.size;
}

}  // namespace detail
}  // namespace rill
