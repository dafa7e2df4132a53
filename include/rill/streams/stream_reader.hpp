// SPDX-License-Identifier: BSL-1.0
// stream_reader: the receiving half of a connection, or bytes fed by hand, with buffering.
#pragma once

#include <cstddef>
#include <exception>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rill/core/coro.hpp"
#include "rill/core/detail/future_state.hpp"
#include "rill/streams/detail/fill_awaiter.hpp"

namespace rill {

namespace detail {
class stream_core;
struct stream_access;
}  // namespace detail

/// How long a line may be before it is an error, unless told otherwise: 64 KiB.
inline constexpr std::size_t default_stream_limit = 64 * 1024;

// [stream_reader]
/// Reads from a connection. asyncio: StreamReader.
///
/// Made by open_connection(), start_server() and the class connection; or by hand, and then fed by
/// feed_data(), for tests and protocols. A connected reader reads when somebody waits, and only
/// then: there is no task behind it, and a peer that floods while nobody reads costs nothing.
///
/// Reads **suspend** only when what is asked for is not in the buffer. **Cancellation**: what has
/// come stays in the buffer, for the next read. **Throws** std::system_error once the connection is
/// lost (a reset, say), also if bytes are left; the regular end of the stream is no error in
/// read() and readline(). usage_error for a second read while one waits, and for a reader that was
/// moved from.
/// **Lifetime**: a read keeps the connection alive; the reader itself may go meanwhile. But the
/// writer is what the connection lives by: when it is closed or destroyed, reads come to the end of
/// the stream, as if the peer had ended it. Keep the writer, also to read only.
/// **Threads**: only on the thread of its loop.
class stream_reader {
 public:
  /// A reader that is fed by hand. Throws usage_error when no loop runs in this thread,
  /// std::invalid_argument for a limit of zero.
  explicit stream_reader(std::size_t limit = default_stream_limit);
  stream_reader(stream_reader&& other) noexcept;
  stream_reader& operator=(stream_reader&& other) noexcept;
  ~stream_reader();

  /// Reads up to `most` bytes, as soon as there is at least one; an empty string is the end of the
  /// stream. Negative: everything up to the end, however much that is. Zero: nothing, at once.
  coro<std::string> read(std::ptrdiff_t most = -1);
  /// The same into memory of the caller, which must live until the await is over: no allocation,
  /// not even of a coroutine, and no copy if the buffer is empty. Returns how many bytes; 0 is the
  /// end of the stream. The read begins when it is awaited.
  [[nodiscard]] detail::read_into_awaiter read_into(std::span<std::byte> room);
  [[nodiscard]] detail::read_into_awaiter read_into(std::span<char> room) {
    return read_into(std::as_writable_bytes(room));
  }

  /// Reads that many bytes, also beyond the limit. **Throws** incomplete_read_error when the stream
  /// ends before, std::invalid_argument for a negative count.
  coro<std::string> readexactly(std::ptrdiff_t count);

  /// Reads up to the next newline, with it; at the end of the stream what is left of it, which may
  /// be nothing. **Throws** limit_overrun_error for a line that is longer than the limit without
  /// its newline; that line is thrown away with its newline, or, as long as none is there, all
  /// that has come, and the next call goes on behind it.
  coro<std::string> readline();
  /// readline() for loops: nothing at the end of the stream. asyncio: `async for line in reader`.
  ///
  ///     while (auto line = co_await reader.next_line()) { ... }
  coro<std::optional<std::string>> next_line();

  /// Reads up to the first end of a separator, with it: the shortest piece that ends in any of
  /// them. **Throws** limit_overrun_error when the piece without its separator is longer than the
  /// limit, or when the limit is passed without a separator: all bytes stay in the reader;
  /// incomplete_read_error with what is left when the stream ends before; std::invalid_argument for
  /// an empty separator or no separator at all.
  coro<std::string> readuntil(std::string separator = "\n");
  coro<std::string> readuntil(std::vector<std::string> separators);
  coro<std::string> readuntil(std::initializer_list<std::string_view> separators) {
    return readuntil(std::vector<std::string>(separators.begin(), separators.end()));
  }

  /// Waits until at least that many bytes are in the buffer, and shows all that are: fewer only at
  /// the end of the stream. No copy; consume() takes them. The view lives until the next use of
  /// this reader. Not bound by the limit: bound `at_least` yourself. asyncio has no counterpart.
  coro<std::string_view> peek(std::size_t at_least = 1);
  /// Takes bytes out of the buffer. Never suspends. **Throws** std::invalid_argument for more than
  /// buffered(), usage_error while a read waits.
  void consume(std::size_t count);

  /// True when the end has been read and the buffer is empty. A connected reader learns of the end
  /// by reading (asyncio: it reads ahead, and may know sooner).
  bool at_eof() const noexcept;
  /// Bytes that have come and were not read.
  std::size_t buffered() const noexcept;
  std::size_t limit() const noexcept;

  // -- for readers that are fed by hand; a connected one throws usage_error -----------------------
  void feed_data(std::string_view data);
  void feed_eof();
  /// Has every later read throw this. asyncio: set_exception().
  void set_exception(std::exception_ptr error);

 private:
  friend struct detail::stream_access;
  explicit stream_reader(detail::state_ref<detail::stream_core> core) noexcept;
  detail::stream_core& core() const;

  detail::state_ref<detail::stream_core> core_;
};
// [/stream_reader]

}  // namespace rill
