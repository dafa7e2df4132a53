// SPDX-License-Identifier: BSL-1.0
// Calls of Winsock that are asked for at run time. For iocp_operations.
#pragma once

#include <sys/socket.h>
// Needs Winsock's.
#include <mswsock.h>

namespace rill::detail::iocp {

struct extensions {
  LPFN_ACCEPTEX accept = nullptr;
  LPFN_CONNECTEX connect = nullptr;
};

/// The provider's of the first stream socket that asked; one machine has one as a rule, and its
/// calls take the others' sockets.
const extensions& extensions_of(SOCKET socket) noexcept;

}  // namespace rill::detail::iocp
