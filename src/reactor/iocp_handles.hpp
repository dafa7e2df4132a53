// SPDX-License-Identifier: BSL-1.0
// What the IOCP reactor keeps per handle: the operations of either direction, and what kind of
// handle it is; and the table of that.
#pragma once

#include <cstdint>

#include "reactor/completion_adaptor.hpp"
#include "reactor/handle_table.hpp"
#include "rill/base/native_handle.hpp"

namespace rill::detail {

enum class iocp_kind : std::uint8_t {
  unknown,   ///< not looked at yet
  stream,    ///< a socket
  datagram,  ///< a socket
  other,     ///< a pipe, a file, a device
};

struct iocp_handle : handle_operations {
  bool associated = false;  // completions come to our port
  iocp_kind kind = iocp_kind::unknown;
  int family = 0;  // of a socket
  native_handle number = invalid_handle;
};

using iocp_handles = handle_table<iocp_handle, native_handle{1} << 30, 4>;

}  // namespace rill::detail
