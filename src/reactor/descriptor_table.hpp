// SPDX-License-Identifier: BSL-1.0
// What the readiness adaptor knows of each descriptor.
#pragma once

#include <cstdint>

#include "reactor/handle_table.hpp"
#include "rill/base/native_handle.hpp"
#include "rill/loop/io_op.hpp"
#include "rill/loop/reactor.hpp"

namespace rill::detail {

/// One direction of a descriptor.
struct descriptor_side {
  io_op* first = nullptr;  // parked operations, oldest first
  io_op* last = nullptr;
  io_watch* watch = nullptr;
  bool may_try = true;  // false: the last try would have blocked, or has drained the socket
};

/// What kind of handle it is, as far as it matters: only on a stream does a short read mean that
/// nothing is left.
enum class descriptor_kind : std::uint8_t { unknown, stream, other };

struct descriptor {
  descriptor_side read;
  descriptor_side write;
  int number = -1;
  std::uint32_t generation = 0;  // counts the handles that have had this number
  std::uint32_t interest = 0;    // the kernel's own: what was asked for last
  std::uint32_t place = 0;       // the kernel's own
  bool registered = false;
  bool always_ready = false;  // a regular file: cannot be polled, never blocks
  bool hung_up = false;
  bool level = false;  // the kernel's own: registered level-triggered
  descriptor_kind kind = descriptor_kind::unknown;

  descriptor_side& side(io_direction direction) noexcept {
    return direction == io_direction::read ? read : write;
  }
  bool wants(io_direction direction) noexcept {
    const descriptor_side& wanted = side(direction);
    return wanted.first != nullptr || wanted.watch != nullptr;
  }
};

using descriptor_table = handle_table<descriptor, (native_handle{1} << 26) + 1>;

}  // namespace rill::detail
