// SPDX-License-Identifier: BSL-1.0
//
// What the io_uring reactor keeps per descriptor: the operations of either direction, the watches,
// the listener; and the table of that, by descriptor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "reactor/completion_adaptor.hpp"
#include "reactor/handle_table.hpp"
#include "reactor/io_uring_buffers.hpp"
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

struct io_uring_handle : handle_operations {
  enum class writing : std::uint8_t { unknown, by_entry, by_call };

  // The small ones first: they lie in what the base leaves of a word.
  bool nonempty = true;  // the socket may have more than was taken last; true at first, so that a
                         // handle that is no socket is told apart at once
  writing writes = writing::unknown;
  int number = -1;
  io_watch* watches[2] = {};          // by direction
  std::uint32_t armed_watch[2] = {};  // the generation of the poll in the kernel, 0: none
  std::unique_ptr<io_uring_listener> listener;
  io_uring_receiver receiver;
};

/// User data has 29 bits for a descriptor.
using io_uring_handles = handle_table<io_uring_handle, native_handle{1} << 29>;

}  // namespace rill::detail
