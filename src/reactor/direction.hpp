// SPDX-License-Identifier: BSL-1.0
// Whether an operation waits until a handle can be read or until it can be written.
#pragma once

#include "rill/loop/io_op.hpp"
#include "rill/loop/reactor.hpp"

namespace rill::detail {

inline io_direction direction_of(io_kind kind) noexcept {
  switch (kind) {
    case io_kind::receive:
    case io_kind::receive_message:
    case io_kind::accept:
    case io_kind::read:
    case io_kind::read_at:
    case io_kind::wait_readable:
      return io_direction::read;
    case io_kind::send:
    case io_kind::send_message:
    case io_kind::connect:
    case io_kind::write:
    case io_kind::write_at:
    case io_kind::wait_writable:
      break;
  }
  return io_direction::write;
}

}  // namespace rill::detail
