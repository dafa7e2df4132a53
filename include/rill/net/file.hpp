// SPDX-License-Identifier: BSL-1.0
// file: reads and writes of a file that do not block the loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "rill/base/native_handle.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/detail/future_state.hpp"

namespace rill {

namespace detail {
class file_state;
struct file_access;
}  // namespace detail

// [open_mode]
/// How a file is opened: open_mode::write | open_mode::create, say.
enum class open_mode : std::uint8_t {
  read = 1,        ///< to be read
  write = 2,       ///< to be written; what is there stays unless truncate is said
  append = 4,      ///< to be written behind its end, wherever that is then
  create = 8,      ///< made if there is none
  truncate = 16,   ///< emptied first
  exclusive = 32,  ///< made; an error if there is one
};
constexpr open_mode operator|(open_mode a, open_mode b) noexcept {
  return static_cast<open_mode>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
// [/open_mode]

/// Where the offset of file::seek() counts from.
enum class seek_from : std::uint8_t { start, current, end };

// [file]
/// An open file. asyncio has none; aiofiles is what comes nearest.
///
/// Where the reactor can (io_uring), the system reads and writes by itself; elsewhere up to four
/// threads of the library do, which all files share, except for short reads of what is in memory
/// already. **Suspends** while it does.
///
/// read(), write(), readline() and their like stand at a position of the object's own. They may be
/// begun by several tasks at once: each takes its turn, in the order begun, and goes on where the
/// one before has ended. read_at() and write_at() name their place and take no turns.
///
/// **Cancellation**: what has not begun never happens; a piece that has begun is ended, and the
/// request strikes behind it. A read that is cut short leaves the position where it was, a
/// write_all() leaves it behind what it has written.
/// **Throws** std::system_error with the name of the file; usage_error for a file that is closed,
/// or not opened for what is asked; std::invalid_argument for offsets below zero.
/// **Lifetime**: memory must live until the await is over; an operation keeps the file open, the
/// object may go meanwhile. **Threads**: only on the thread of its loop.
class file {
 public:
  /// No file.
  file() noexcept;
  /// Takes over a handle, at its position; it is to be closed here. Throws as open_file() does for
  /// what is no file.
  static file adopt(native_handle handle);

  file(file&& other) noexcept;
  file& operator=(file&& other) noexcept;
  /// Closes at once, or behind the last operation that is under way. May block for a file of the
  /// network; close() does not.
  ~file();

  explicit operator bool() const noexcept;
  native_handle native() const;
  /// Gives the handle up, unclosed, at the position of this object. Throws usage_error while
  /// operations are under way.
  native_handle release();
  /// Waits for the operations that are under way, while no other can begin, then closes. Throws
  /// what the system says of writes that came to nothing. Idempotent. **Cancellation** ends the
  /// wait only: nothing can begin any more, and the handle is closed with this object at the
  /// latest.
  coro<> close();

  // -- at the position ----------------------------------------------------------------------------
  /// Reads up to data.size() bytes; 0 is the end of the file.
  coro<std::size_t> read(std::span<std::byte> data);
  coro<std::size_t> read(std::span<char> data) { return read(std::as_writable_bytes(data)); }
  /// Reads `most` bytes; less only at the end of the file.
  coro<std::string> read(std::size_t most);
  /// Reads up to the end of the file.
  coro<std::string> read_all() { return read(static_cast<std::size_t>(-1)); }
  /// Reads up to the next newline, with it; at the end of the file what is left, which may be
  /// nothing. Takes a larger block from the system, which is forgotten when this object writes or
  /// seeks. **Throws** std::length_error for a line longer than `limit`, and stays where it is.
  coro<std::string> readline(std::size_t limit = default_line_limit);
  /// readline() for loops: nothing at the end. asyncio: `async for line in file` of aiofiles.
  ///
  ///     while (auto line = co_await from.next_line()) { ... }
  coro<std::optional<std::string>> next_line(std::size_t limit = default_line_limit);

  /// Writes some of the bytes, at least one; returns how many.
  coro<std::size_t> write(std::span<const std::byte> data);
  coro<std::size_t> write(std::string_view data) { return write(bytes_of(data)); }
  /// Writes everything.
  coro<> write_all(std::span<const std::byte> data);
  coro<> write_all(std::string_view data) { return write_all(bytes_of(data)); }

  /// Behind what has been read or written.
  std::int64_t tell() const;
  /// Moves the position, also behind the end of the file; returns it.
  coro<std::int64_t> seek(std::int64_t offset, seek_from from = seek_from::start);

  // -- anywhere -----------------------------------------------------------------------------------
  /// Reads up to data.size() bytes from that place; 0 is the end of the file.
  coro<std::size_t> read_at(std::span<std::byte> data, std::int64_t offset);
  coro<std::size_t> read_at(std::span<char> data, std::int64_t offset) {
    return read_at(std::as_writable_bytes(data), offset);
  }
  /// Writes everything at that place. Not for files opened to append.
  coro<> write_at(std::span<const std::byte> data, std::int64_t offset);
  coro<> write_at(std::string_view data, std::int64_t offset) {
    return write_at(bytes_of(data), offset);
  }

  // -- as a whole; each takes its turn ------------------------------------------------------------
  coro<std::int64_t> size();
  /// Cuts the file, or fills it up with zeros. The position stays.
  coro<> truncate(std::int64_t size);
  /// Waits until all that was written is on the disk.
  coro<> sync();

  /// A line longer than this is an error unless another limit is given: 16 MiB.
  static constexpr std::size_t default_line_limit = std::size_t{16} << 20;

 private:
  friend struct detail::file_access;
  explicit file(detail::state_ref<detail::file_state> state) noexcept;
  const detail::state_ref<detail::file_state>& state() const;
  static std::span<const std::byte> bytes_of(std::string_view text) noexcept {
    return std::as_bytes(std::span(text.data(), text.size()));
  }

  detail::state_ref<detail::file_state> state_;
};
// [/file]

// [send_file_not_available_error]
/// Thrown when a file cannot be sent by the system itself, and no other way was allowed. asyncio:
/// SendfileNotAvailableError.
class send_file_not_available_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
// [/send_file_not_available_error]

// [open_file]
/// Opens a file, in a thread of the library. The path may be a std::filesystem::path too.
/// `permissions` are those of a file that is made, less the umask. asyncio: aiofiles.open().
///
///     rill::file log = co_await rill::open_file("log", open_mode::append | open_mode::create);
///
/// **Cancellation**: a file that is only to be read may still be opened and closed; with other
/// modes it has been opened, or not touched. **Throws** std::system_error with the path (no such
/// file, is a directory); std::invalid_argument for modes that make no sense together, and for
/// pipes and terminals, which are streams. A socket's file and a FIFO that nobody reads are
/// std::system_error, as the system opens neither.
coro<file> open_file(std::string path, open_mode mode = open_mode::read,
                     unsigned permissions = 0666);
// [/open_file]

}  // namespace rill
