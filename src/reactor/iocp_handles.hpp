// SPDX-License-Identifier: BSL-1.0
// What the IOCP reactor keeps per handle: the operations of either direction, and what kind of
// handle it is; and the table of that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "reactor/record_list.hpp"
#include "rill/base/native_handle.hpp"
#include "rill/loop/io_op.hpp"
#include "rill/loop/reactor.hpp"

namespace rill::detail {

enum class iocp_kind : std::uint8_t {
  unknown,   ///< not looked at yet
  stream,    ///< a socket
  datagram,  ///< a socket
  other,     ///< a pipe, a file, a device
};

/// One handle. Only the first operation of a direction is with the kernel, those behind it wait for
/// it. That keeps their order: the kernel may finish two receives of one socket in any.
struct iocp_handle {
  record_list<io_op>& lane(io_direction direction) noexcept {
    return operations[static_cast<std::size_t>(direction)];
  }

  record_list<io_op> operations[2];  // by direction
  native_handle number = invalid_handle;
  iocp_handle* next_listed = nullptr;
  int family = 0;           // of a socket
  bool associated = false;  // completions come to our port
  bool listed = false;      // in the reactor's list of those that have something to issue
  iocp_kind kind = iocp_kind::unknown;
};

/// Finds handles in O(1): the system's numbers are multiples of four, given out from below. Memory
/// comes in chunks that never move.
class iocp_handles {
 public:
  /// Null if nothing was ever kept for it.
  iocp_handle* find(native_handle handle) const noexcept {
    const std::size_t index = static_cast<std::size_t>(handle) / step;
    const std::size_t chunk = index / chunk_size;
    if (chunk >= chunks_.size() || chunks_[chunk] == nullptr) return nullptr;
    return &chunks_[chunk][index % chunk_size];
  }
  /// Null if there is no memory, or the handle is none.
  iocp_handle* get(native_handle handle) noexcept {
    iocp_handle* const found = find(handle);
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
  static constexpr std::size_t step = 4;
  static constexpr std::size_t chunk_size = 128;
  static constexpr native_handle limit = native_handle{1} << 30;

  iocp_handle* add(native_handle handle) noexcept;

  std::vector<std::unique_ptr<iocp_handle[]>> chunks_;
};

}  // namespace rill::detail
