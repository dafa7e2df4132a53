// SPDX-License-Identifier: BSL-1.0
// stream_writer: the sending half of a connection, with buffering and flow control.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rill/core/coro.hpp"
#include "rill/core/detail/future_state.hpp"
#include "rill/net/address.hpp"
#include "rill/net/write_limits.hpp"

namespace rill {

class file;

class socket;

namespace detail {
class stream_core;
struct stream_access;
}  // namespace detail

// [stream_writer]
/// Writes to a connection. asyncio: StreamWriter. Made by open_connection(), start_server() and the
/// class connection.
///
/// What is written in one turn of the loop leaves in one system call, at the end of that turn; the
/// rest goes out as the peer takes it. The writer owns the connection: destroying it closes the
/// connection as close() does.
/// **Errors**: write() never throws for a connection that is lost; the next drain(), flush(),
/// write_all() or wait_closed() does, with the std::system_error that ended it. If it was closed
/// here with bytes unsent, those that wait for bytes throw connection_reset.
/// **Cancellation** of a wait withdraws that wait alone: what was written stays written, and other
/// waiters are not touched.
/// **Threads**: only on the thread of its loop; it may be destroyed after the loop.
class stream_writer {
 public:
  stream_writer(stream_writer&& other) noexcept;
  stream_writer& operator=(stream_writer&& other) noexcept;
  ~stream_writer();

  /// Queues bytes to be sent; they are copied. Never suspends. Dropped when the connection is
  /// closing or lost; that is told to the exception handler at the fifth time, and then each time
  /// that their number has doubled. **Throws**
  /// usage_error after write_eof().
  void write(std::string_view data);
  void write(std::span<const std::byte> data);
  /// Queues each of a range of strings. What is queued in one turn leaves in one system call.
  template <class Range>
  void writelines(const Range& lines) {
    for (const auto& line : lines) write(std::string_view(line));
  }
  void writelines(std::initializer_list<std::string_view> lines) {
    for (const std::string_view line : lines) write(line);
  }

  /// Waits, if more than the high mark is queued, until it is at most the low mark. Call it after
  /// each write() whose amount somebody else decides, or use write_all(): a peer that does not
  /// read then cannot make the queue grow. **Suspends** only in that case, when closing, and after
  /// 64 calls that did not. Any number of tasks may wait; they go on together.
  coro<> drain();
  /// Waits until everything is handed to the system. asyncio has no counterpart.
  coro<> flush();
  /// write() and drain() in one. The data are copied in the call itself, before the await.
  coro<> write_all(std::string_view data);
  coro<> write_all(std::span<const std::byte> data);

  /// Sends out of memory of the caller, without a copy: several pieces as one, in one system call
  /// if it takes them. **Suspends** until the system has taken all. Stands in order between the
  /// writes around it; behind writes that wait, and for small amounts, it is write_all().
  /// **Cancellation**: what was not sent is copied to the queue. **Lifetime**: the data must live
  /// until the await is over. asyncio has no counterpart.
  coro<> send_all(std::span<const std::byte> data);
  coro<> send_all(std::string_view data);
  coro<> send_all(std::span<const std::span<const std::byte>> pieces);
  coro<> send_all(std::span<const std::string_view> pieces);

  /// Sends a file, from `offset`, `count` bytes of it or all up to its end, when all that was
  /// written before has gone out; returns how many bytes. asyncio: loop.sendfile(). Works as
  /// socket::send_file(); over what is no socket, in blocks. write(), send_all() and write_eof()
  /// are a usage_error until it has ended. **Cancellation**: the stream goes on behind what was
  /// sent, which is tell() of the file less `offset`; so it is after errors of the file. The loss
  /// of the connection closes the stream, as ever. **Throws** usage_error on a stream that is
  /// closing. **Lifetime**: writer and file may go meanwhile.
  coro<std::int64_t> send_file(file& from, std::int64_t offset = 0,
                               std::optional<std::int64_t> count = std::nullopt,
                               bool fallback = true);

  /// False for a stream without halves, such as TLS or a protocol of your own.
  bool can_write_eof() const noexcept;
  /// Ends the sending half when what is queued has gone out: the peer reads the end of the stream,
  /// and can still send. Idempotent. **Throws** usage_error where can_write_eof() is false.
  void write_eof();

  /// Sends what is queued, then closes the connection. A read that waits gets the end of the
  /// stream. Returns at once; idempotent.
  void close() noexcept;
  /// Closes at once; what is queued is lost.
  void abort() noexcept;
  bool is_closing() const noexcept;
  /// Waits until the connection is closed, by close(), abort(), or a loss. **Throws** what it was
  /// lost by. Each waiter is independent (asyncio: cancelling one cancels all).
  coro<> wait_closed();

  // -- information; asyncio: get_extra_info() -----------------------------------------------------
  /// "peername", "sockname" or "socket"; empty if there is none of that name, or not any more.
  std::string get_extra_info(std::string_view name) const;
  /// Known as long as the connection is open, and later if asked for before. Else of family none.
  socket_address peer_address() const;
  socket_address local_address() const;
  /// The socket, for its options: owned by the stream, do not receive or send. Throws usage_error
  /// once it is closed.
  socket& underlying_socket() const;

  std::size_t write_buffer_size() const noexcept;
  /// Between which amounts of bytes waiting to be sent drain() holds its caller.
  write_limits write_buffer_limits() const noexcept;
  /// asyncio's rules for a mark that is left out: see write_limits::of(). Throws
  /// std::invalid_argument if low is above high.
  void set_write_buffer_limits(std::optional<std::size_t> high = std::nullopt,
                               std::optional<std::size_t> low = std::nullopt);

 private:
  friend struct detail::stream_access;
  explicit stream_writer(detail::state_ref<detail::stream_core> core) noexcept;
  detail::stream_core& core() const;

  detail::state_ref<detail::stream_core> core_;
};
// [/stream_writer]

}  // namespace rill
