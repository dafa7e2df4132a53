// SPDX-License-Identifier: BSL-1.0
// io_op: the record of one operation given to a reactor. Lives in the awaiter, in the coroutine
// frame, so that no operation allocates.
#pragma once

#include <cstddef>
#include <cstdint>

#include "rill/base/native_handle.hpp"

namespace rill {

// [io_kind]
/// What an operation does. Every reactor performs all of them.
enum class io_kind : std::uint8_t {
  receive,  ///< socket: up to `size` bytes into `data`; result 0 is end of stream (unless size is
            ///< 0)
  send,     ///< socket: some of `size` bytes from `data`; a broken connection is an error, never a
            ///< signal
  receive_message,  ///< socket: into `message`, with the sender's address
  send_message,     ///< socket: from `message`, vectored, to its address if it has one
  accept,           ///< listening socket: result is the new handle, non-blocking and not inherited;
                    ///< server's end of a named pipe: 0, it is the connection itself
  connect,          ///< socket: to the native address of `size` bytes at `data`
  read,             ///< any handle: up to `size` bytes into `data` from the current position
  write,            ///< any handle: some of `size` bytes from `data` at the current position
  read_at,          ///< file: up to `size` bytes into the memory of `place`, from its offset
  write_at,         ///< file: some of `size` bytes from the memory of `place`, at its offset
  wait_readable,    ///< done when a read would not block; reads nothing. Readiness reactors and
                    ///< io_uring only.
  wait_writable,    ///< done when a write would not block. Readiness reactors and io_uring only.
};
// [/io_kind]

// [io_buffer]
/// A piece of memory. Laid out as the system's own vector element on POSIX.
struct io_buffer {
  void* data;
  std::size_t size;
};
// [/io_buffer]

// [io_message]
/// What receive_message and send_message work on.
struct io_message {
  const io_buffer* buffers = nullptr;
  std::size_t buffer_count = 0;
  void* address = nullptr;         ///< native address bytes; null: none wanted, or none given
  std::uint32_t address_size = 0;  ///< in: room or length; out (receive): length
  bool truncated = false;          ///< out (receive): the datagram was longer than the buffers
};
// [/io_message]

// [io_place]
/// What read_at and write_at work on. The position of the handle stays where it is.
struct io_place {
  void* memory = nullptr;
  std::uint64_t offset = 0;
};
// [/io_place]

/// Bits of io_op::flags.
enum io_flag : std::uint8_t {
  io_peek = 1,        ///< receive: leave the bytes in the socket
  io_read_ahead = 2,  ///< receive: the reactor may take more from the socket than is asked for; it
                      ///< belongs to the next operations that read, and is gone with forget()
};

// [io_op]
/// One operation. Who starts it fills the first group; the reactor fills `result` and owns the last
/// group from start() until the completion. The record and its buffers must stay where they are for
/// that time.
struct io_op {
  io_op() noexcept = default;
  io_op(const io_op&) = delete;
  io_op& operator=(const io_op&) = delete;

  /// Called by the reactor, inside wait(), when an operation that start() left pending has ended.
  /// Only queues work; the record is the caller's again.
  void (*complete)(io_op&) noexcept = nullptr;
  native_handle handle = invalid_handle;
  void* data = nullptr;  // buffer, address, io_message or io_place, by kind
  std::size_t size = 0;
  io_kind kind = io_kind::receive;
  std::uint8_t flags = 0;

  /// Bytes, the new handle, or 0; negative: a system error code, negated. Cancelled: io_cancelled.
  std::int64_t result = 0;

  // The reactor's own.
  std::uint8_t reactor_state = 0;
  std::uint32_t reactor_word = 0;
  io_op* previous = nullptr;
  io_op* next = nullptr;

  io_message& message() const noexcept { return *static_cast<io_message*>(data); }
  const io_place& place() const noexcept { return *static_cast<const io_place*>(data); }
};
// [/io_op]

// [io_cancelled]
/// The result of an operation that was withdrawn before it had any effect. No system error has this
/// number.
inline constexpr std::int64_t io_cancelled = INT64_MIN;
// [/io_cancelled]
// [io_closed]
/// The result of an operation whose handle was closed under it.
inline constexpr std::int64_t io_closed = INT64_MIN + 1;
// [/io_closed]

}  // namespace rill
