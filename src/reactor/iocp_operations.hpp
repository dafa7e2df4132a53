// SPDX-License-Identifier: BSL-1.0
// Single operations by overlapped calls: how each is begun, and what its completion says. For
// iocp_reactor.
#pragma once

#include <cstdint>

#include "reactor/iocp_handles.hpp"
#include "reactor/iocp_requests.hpp"
#include "rill/loop/io_op.hpp"

namespace rill::detail::iocp {

/// What has become of a call.
struct outcome {
  bool pending;         // a completion comes
  std::int64_t result;  // of one that has ended at once
};

/// Finds out what the handle is.
void examine(iocp_handle& handle) noexcept;

/// Has a pipe that is read by messages read by bytes: of a message that is longer than the room, a
/// call says neither that it ended nor that it will. 0 or an error code. Others stay as they are.
int read_as_bytes(const iocp_handle& handle) noexcept;

/// Whether the operation ends within its call, whatever the handle is: no completion comes, and no
/// port is needed.
bool is_direct(const iocp_handle& handle, const io_op& op) noexcept;
/// Performs such an operation.
std::int64_t perform(const iocp_handle& handle, io_op& op) noexcept;

/// Begins an operation. Requires: the handle is associated, the request is free and its `op` set.
outcome begin(const iocp_handle& handle, iocp_request& request) noexcept;

/// Instead of a result: nothing has happened to the operation, which is to be begun anew.
inline constexpr std::int64_t begin_anew = INT64_MIN + 2;

/// The result of a request whose completion is there. Of an operation that was taken back before
/// anything happened: io_cancelled. Or `begin_anew`.
std::int64_t finish(const iocp_handle& handle, iocp_request& request) noexcept;

/// Gives up what a request holds beside memory: the socket of an accept.
void dispose(iocp_request& request) noexcept;

}  // namespace rill::detail::iocp
