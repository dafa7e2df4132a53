// SPDX-License-Identifier: BSL-1.0
// socket: an owning handle with awaitable operations on the loop that made it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "rill/base/native_handle.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/scheduler.hpp"
#include "rill/net/address.hpp"
#include "rill/net/detail/loop_handle.hpp"
#include "rill/net/detail/message_awaiters.hpp"
#include "rill/net/detail/socket_awaiters.hpp"

namespace rill {

class file;

enum class socket_type : std::uint8_t { stream, datagram };
enum class shutdown_side : std::uint8_t { read, write, both };

// [socket]
/// A socket, non-blocking and not inherited, owned by one object. asyncio: the sock_* functions of
/// the loop, over a Python socket.
///
/// Operations **suspend** unless they can end at once; a receive and a send may be under way at the
/// same time, and operations of one direction end in the order begun. **Cancellation**: an
/// operation has ended or never happened; no byte and no connection is lost. **Throws**
/// std::system_error with the system's code; the end of the stream is a result, zero, and a reset
/// by the peer an error.
/// **Lifetime**: buffers must live until the await is over. Destroying or closing a socket ends
/// operations of other tasks on it with an error (bad file descriptor).
/// **Threads**: only on the thread of its loop; it may be destroyed after the loop.
class socket {
 public:
  /// No socket.
  socket() noexcept = default;
  /// Makes a socket on the loop of this thread.
  socket(address_family family, socket_type type);
  /// Takes over a handle, which is made non-blocking.
  static socket adopt(native_handle handle);

  explicit operator bool() const noexcept { return static_cast<bool>(handle_); }
  native_handle native() const noexcept { return handle_.get(); }
  /// Gives the handle up, unclosed; the loop forgets it.
  native_handle release() noexcept { return handle_.release(); }
  /// Closes at once. Idempotent.
  void close() noexcept { handle_.close(); }

  // -- setting up ---------------------------------------------------------------------------------
  void bind(const socket_address& address);
  void listen(int backlog = 100);
  socket_address local_address() const;
  socket_address peer_address() const;

  // -- awaitable ----------------------------------------------------------------------------------
  /// Waits for a connection. asyncio: sock_accept(). Connections that died in the queue are
  /// skipped. A connection that has been accepted is never lost: if nobody takes it, it is closed.
  [[nodiscard]] detail::accept_awaiter accept() const { return detail::accept_awaiter(*this); }
  /// Connects. asyncio: sock_connect(). After an error, make a new socket.
  [[nodiscard]] detail::connect_awaiter connect(const socket_address& address) const {
    return {*this, address};
  }
  /// Receives up to data.size() bytes; 0 is the end of the stream. asyncio: sock_recv_into().
  [[nodiscard]] detail::recv_awaiter recv(std::span<std::byte> data) const { return {*this, data}; }
  [[nodiscard]] detail::recv_awaiter recv(std::span<char> data) const {
    return {*this, std::as_writable_bytes(data)};
  }
  /// Receives until the room is full; fewer bytes come only at the end of the stream. Returns how
  /// many. Cancelled half-way, the bytes received so far are in `data` and their number is lost.
  coro<std::size_t> recv_all(std::span<std::byte> data) const;
  coro<std::size_t> recv_all(std::span<char> data) const {
    return recv_all(std::as_writable_bytes(data));
  }
  /// Sends some of the bytes, at least one; returns how many.
  [[nodiscard]] detail::send_awaiter send(std::span<const std::byte> data) const {
    return {*this, data};
  }
  [[nodiscard]] detail::send_awaiter send(std::string_view data) const {
    return {*this, std::as_bytes(std::span(data))};
  }
  /// Sends all bytes. asyncio: sock_sendall(). Cancelled half-way, or on an error, some bytes may
  /// have gone out; the second form counts them in `sent`, also then.
  coro<> send_all(std::span<const std::byte> data) const;
  coro<> send_all(std::span<const std::byte> data, std::size_t& sent) const;
  coro<> send_all(std::string_view data) const {
    return send_all(std::as_bytes(std::span(data.data(), data.size())));
  }

  /// Sends a file, from `offset`, `count` bytes of it or all up to its end; returns how many bytes
  /// have gone out. asyncio: sock_sendfile(). The system moves them by itself, in a thread of the
  /// library, so that neither disk nor peer blocks the loop; where it cannot, they are read and
  /// sent in blocks of 256 KiB, unless `fallback` is false. Send nothing else meanwhile.
  ///
  /// The file need not be at any position; when it is over, on an error or a cancellation too, it
  /// stands at offset + the number sent. **Throws** std::system_error;
  /// send_file_not_available_error; std::invalid_argument for an offset below zero, a count that is
  /// not above zero, and a socket that is no stream; usage_error for a file not opened to be read.
  /// **Lifetime**: the socket must live until the await is over; the file may go.
  coro<std::int64_t> send_file(file& from, std::int64_t offset = 0,
                               std::optional<std::int64_t> count = std::nullopt,
                               bool fallback = true) const;

  /// Receives a datagram, and who sent it. asyncio: sock_recvfrom(). One that is longer than `data`
  /// is cut, and says so; an empty one is a result too.
  [[nodiscard]] detail::recv_from_awaiter recv_from(std::span<std::byte> data) const {
    return {*this, data};
  }
  [[nodiscard]] detail::recv_from_awaiter recv_from(std::span<char> data) const {
    return {*this, std::as_writable_bytes(data)};
  }
  /// Sends a datagram; returns its size. asyncio: sock_sendto().
  [[nodiscard]] detail::send_to_awaiter send_to(std::span<const std::byte> data,
                                                const socket_address& address) const {
    return {*this, data, address};
  }
  [[nodiscard]] detail::send_to_awaiter send_to(std::string_view data,
                                                const socket_address& address) const {
    return {*this, std::as_bytes(std::span(data)), address};
  }

  // The same with an error of the system as a value instead of a throw. Cancellation throws.
  [[nodiscard]] detail::try_awaiter<detail::recv_operation> try_recv(
      std::span<std::byte> data) const;
  [[nodiscard]] detail::try_awaiter<detail::recv_operation> try_recv(std::span<char> data) const;
  [[nodiscard]] detail::try_awaiter<detail::send_operation> try_send(
      std::span<const std::byte> data) const;
  [[nodiscard]] detail::try_awaiter<detail::send_operation> try_send(std::string_view data) const;
  [[nodiscard]] detail::try_awaiter<detail::accept_operation> try_accept() const;
  [[nodiscard]] detail::try_awaiter<detail::connect_operation> try_connect(
      const socket_address& address) const;

  /// Ends one or both halves. Closing the write half sends what is queued, then end of stream;
  /// closing the read half ends a receive that waits, but not under Wine (docs/platforms.md).
  void shutdown(shutdown_side side);

  // -- options ------------------------------------------------------------------------------------
  void set_no_delay(bool enabled);
  void set_reuse_address(bool enabled);
  void set_reuse_port(bool enabled);
  void set_keep_alive(bool enabled);
  void set_only_ipv6(bool enabled);
  /// How many bytes the system may hold for this socket; it may round, and has a limit of its own.
  void set_receive_buffer(std::size_t bytes);
  void set_send_buffer(std::size_t bytes);
  /// What the system says; Linux counts its own records in, twice what was set.
  std::size_t receive_buffer() const;
  std::size_t send_buffer() const;
  /// Datagrams may go to broadcast addresses.
  void set_broadcast(bool enabled);
  /// Lets the reactor take bytes of a stream from the system before recv() asks for them: the
  /// next operations that receive get them, in order. io_uring then keeps one receive in the kernel
  /// for all, which costs less per message; the other reactors take no notice. Not for a socket
  /// that is to be released, or read by way of its native handle: what was taken ahead is lost to
  /// those. Until the bytes are received, add_reader() of the handle is refused.
  void set_read_ahead(bool allowed) noexcept { read_ahead_ = allowed; }
  /// Closing resets the connection instead of ending it in order.
  void set_reset_on_close();

  // -- multicast ----------------------------------------------------------------------------------
  // A network interface is meant by its number; 0: the system chooses, or, with a group of IPv6,
  // its scope: `ff02::1%eth0`. Addresses and options go by the family of the socket.
  /// Receives what is sent to the group on that interface. **Throws** std::invalid_argument for an
  /// address that is no group's, or of another family than the socket.
  void join_group(const ip_address& group, std::uint32_t interface_number = 0);
  void leave_group(const ip_address& group, std::uint32_t interface_number = 0);
  /// How many routers datagrams to groups may pass; 1, the default: they stay in this network.
  void set_multicast_hops(int hops);
  /// Whether groups that this machine has joined get its own datagrams. Default: yes.
  void set_multicast_loop(bool enabled);
  /// Through which interface datagrams to groups leave.
  void set_multicast_interface(std::uint32_t interface_number);

 private:
  friend struct detail::socket_access;
  socket(native_handle handle, detail::scheduler& owner) noexcept : handle_(handle, owner) {}
  native_handle checked() const;
  void set_option(int level, int name, int value, const char* what);
  int option(int level, int name, const char* what) const;
  bool is_ipv6() const;
  void change_group(const ip_address& group, std::uint32_t interface_number, bool join);

  detail::loop_handle handle_;
  bool read_ahead_ = false;
};
// [/socket]

// [socket_pair]
/// Two Unix sockets that are connected with one another, on the loop of this thread: a stream, or
/// datagrams, inside the process or to a child of it. asyncio: socket.socketpair(). Throws
/// std::system_error, and usage_error when no loop runs in this thread.
std::pair<socket, socket> socket_pair(socket_type type = socket_type::stream);
// [/socket_pair]

inline detail::try_awaiter<detail::recv_operation> socket::try_recv(
    std::span<std::byte> data) const {
  return {*this, data};
}
inline detail::try_awaiter<detail::recv_operation> socket::try_recv(std::span<char> data) const {
  return {*this, std::as_writable_bytes(data)};
}
inline detail::try_awaiter<detail::send_operation> socket::try_send(
    std::span<const std::byte> data) const {
  return {*this, data};
}
inline detail::try_awaiter<detail::send_operation> socket::try_send(std::string_view data) const {
  return {*this, std::as_bytes(std::span(data))};
}
inline detail::try_awaiter<detail::accept_operation> socket::try_accept() const {
  return detail::try_awaiter<detail::accept_operation>(*this);
}
inline detail::try_awaiter<detail::connect_operation> socket::try_connect(
    const socket_address& address) const {
  return {*this, address};
}

}  // namespace rill
