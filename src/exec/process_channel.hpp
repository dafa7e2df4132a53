// SPDX-License-Identifier: BSL-1.0
// The connection between a pool and one of its workers: bytes and handles, in both directions.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "rill/base/native_handle.hpp"
#include "rill/exec/detail/process_wire.hpp"

namespace rill::detail {

/// One end of a connected pair; owns the handle. For one thread at a time.
///
/// With a handle that becomes readable when the other process has ended (Windows: of the process
/// itself), neither call waits longer than that process lives, whoever else holds its end. Without
/// one, both block.
class process_channel {
 public:
  using clock = std::chrono::steady_clock;

  process_channel() noexcept = default;
  explicit process_channel(native_handle socket) noexcept : socket_(socket) {}
  process_channel(process_channel&& other) noexcept { *this = std::move(other); }
  process_channel& operator=(process_channel&& other) noexcept;
  ~process_channel() { close(); }

  void watch(native_handle ended) noexcept { ended_ = ended; }
  /// From then on, receive() throws wire_late when it is past that time. max(): never.
  void set_deadline(clock::time_point deadline) noexcept { deadline_ = deadline; }

  /// Sends both parts whole; the handles go with the first byte. Throws wire_closed when the other
  /// side has gone, std::system_error else.
  void send(std::span<const std::byte> head, std::span<const std::byte> body,
            std::span<const native_handle> handles);
  /// Waits for bytes and gives how many came; handles that came are appended, and belong to the
  /// caller. Throws wire_closed when the other side has gone.
  std::size_t receive(std::span<std::byte> room, std::vector<native_handle>& handles);

  /// Tells the other side that nothing more comes.
  void finish() noexcept;
  void close() noexcept;
  native_handle release() noexcept { return std::exchange(socket_, invalid_handle); }
  bool is_open() const noexcept { return socket_ != invalid_handle; }

 private:
  enum class wanted { reading, writing };
  void wait(wanted what);

  native_handle socket_ = invalid_handle;
  native_handle ended_ = invalid_handle;
  clock::time_point deadline_ = clock::time_point::max();

  // Where bytes and handles come in frames: Windows.
  std::size_t move(wanted what, std::byte* data, std::size_t size);
  void write_whole(std::span<const std::byte> bytes);
  void read_whole(std::span<std::byte> room);
  native_handle event_ = invalid_handle;  // tells the end of the call that is under way
  std::size_t frame_left_ = 0;            // of the frame that is being received
};

/// A connected pair; neither end is inherited by programs that this one starts.
struct channel_pair {
  native_handle own = invalid_handle;
  native_handle other = invalid_handle;
};
channel_pair make_channel_pair();

/// Closes a handle that another process has sent.
void close_handle(native_handle handle) noexcept;

}  // namespace rill::detail
