// SPDX-License-Identifier: BSL-1.0
// How files go over sockets and streams: what all the calls that send them share.
#pragma once

#include <cstdint>
#include <optional>

#include "net/file_state.hpp"
#include "rill/base/native_handle.hpp"
#include "rill/core/coro.hpp"
#include "rill/loop/io_op.hpp"
#include "rill/loop/reactor.hpp"

namespace rill::detail {

/// Where a file goes: to a socket, or by operations of another kind to something else.
struct file_target {
  reactor* io;
  native_handle handle;
  const void* owner;                                         // null: nobody closes it
  bool (*is_open)(const void* owner, native_handle handle);  // asked of the owner
  io_kind write_kind = io_kind::send;
  bool is_socket = true;
  int* lost = nullptr;  // if given: set to the error that has ended the connection
};

/// What is asked for, unchecked.
struct file_slice {
  std::int64_t offset;
  std::optional<std::int64_t> count;
  bool fallback;
};

coro<std::int64_t> send_file_to(file_target to, file_ref from, file_slice slice);

}  // namespace rill::detail
