// SPDX-License-Identifier: BSL-1.0
//
// What the io_uring reactor keeps per descriptor: the operations of either direction, the watches,
// the listener; and the table of that, by descriptor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "reactor/io_uring_buffers.hpp"
#include "reactor/record_list.hpp"
#include "rill/base/native_handle.hpp"
#include "rill/loop/io_op.hpp"
#include "rill/loop/reactor.hpp"

namespace rill::detail {

/// A listening socket with a multishot accept.
struct io_uring_listener {
  ~io_uring_listener() { close_accepted(); }
  void close_accepted() noexcept;
  /// Takes the oldest accepted handle; invalid_handle if there is none.
  native_handle pop() noexcept;
  std::size_t waiting() const noexcept { return accepted.size() - taken; }

  std::vector<int> accepted;  // before `taken`: given away already
  std::size_t taken = 0;
  std::uint32_t armed = 0;   // the generation of the accept in the kernel, 0: none
  bool stop_wanted = false;  // that accept shall end
};

/// One descriptor. Only the first operation of a direction is with the kernel, those behind it wait
/// for it. That keeps their order: the kernel may finish two receives of one socket in any.
struct io_uring_handle {
  record_list<io_op>& lane(io_direction direction) noexcept {
    return operations[static_cast<std::size_t>(direction)];
  }

  enum class writing : std::uint8_t { unknown, by_entry, by_call };

  record_list<io_op> operations[2];   // by direction
  io_watch* watches[2] = {};          // by direction
  std::uint32_t armed_watch[2] = {};  // the generation of the poll in the kernel, 0: none
  int descriptor = -1;
  bool nonempty = true;  // the socket may have more than the last receive took; true at first, so
                         // that a handle that is no socket is told apart at once
  writing writes = writing::unknown;
  bool listed = false;  // in the reactor's list of those that have something to issue
  io_uring_handle* next_listed = nullptr;
  std::unique_ptr<io_uring_listener> listener;
  io_uring_receiver receiver;
};

/// Finds descriptors in O(1). Memory comes in chunks that never move and are kept to the end, so
/// that a late completion always finds its place.
class io_uring_handles {
 public:
  /// Descriptors above are refused: user data has 29 bits for them.
  static constexpr native_handle limit = native_handle{1} << 29;

  /// Null if nothing was ever kept for it.
  io_uring_handle* find(native_handle handle) const noexcept {
    const std::size_t index = static_cast<std::size_t>(handle) / chunk_size;
    if (index >= chunks_.size() || chunks_[index] == nullptr) return nullptr;
    return &chunks_[index][static_cast<std::size_t>(handle) % chunk_size];
  }
  /// Null if there is no memory, or the handle is none.
  io_uring_handle* get(native_handle handle) noexcept {
    io_uring_handle* found = find(handle);
    return found != nullptr ? found : add(handle);
  }
  template <class Visit>
  void for_each(Visit visit) noexcept {
    for (auto& chunk : chunks_) {
      if (chunk == nullptr) continue;
      for (std::size_t i = 0; i < chunk_size; ++i) visit(chunk[i]);
    }
  }

 private:
  static constexpr std::size_t chunk_size = 256;

  io_uring_handle* add(native_handle handle) noexcept;

  std::vector<std::unique_ptr<io_uring_handle[]>> chunks_;
};

}  // namespace rill::detail
