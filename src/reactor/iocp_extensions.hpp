// SPDX-License-Identifier: BSL-1.0
// Calls of Winsock that are asked for at run time. For iocp_operations.
#pragma once

#include <sys/socket.h>
// Needs Winsock's.
#include <mswsock.h>

namespace rill::detail::iocp {

/// AcceptEx() and ConnectEx(), or null with an error of Winsock. The provider's of the first socket
/// that asked with success: one machine has one as a rule, and its calls take the others' sockets.
LPFN_ACCEPTEX accept_of(SOCKET socket) noexcept;
LPFN_CONNECTEX connect_of(SOCKET socket) noexcept;

}  // namespace rill::detail::iocp
