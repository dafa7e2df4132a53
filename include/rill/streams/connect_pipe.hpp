// SPDX-License-Identifier: BSL-1.0
// connect_read_pipe(), connect_write_pipe(): pipes in asyncio's callback style.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "rill/base/native_handle.hpp"
#include "rill/core/coro.hpp"
#include "rill/net/detail/protocol_factory.hpp"
#include "rill/net/protocol.hpp"
#include "rill/net/transport.hpp"
#include "rill/streams/pipe.hpp"

namespace rill {

namespace detail {

coro<std::shared_ptr<transport>> start_pipe(native_handle handle,
                                            std::shared_ptr<stream_protocol> protocol, bool reads);

template <class Transport, class Factory>
coro<std::pair<std::shared_ptr<Transport>, std::shared_ptr<made_protocol<Factory>>>> connect_pipe(
    Factory factory, native_handle handle) {
  std::shared_ptr<made_protocol<Factory>> protocol = factory();
  constexpr bool reads = std::is_same_v<Transport, read_transport>;
  std::shared_ptr<Transport> made = co_await start_pipe(handle, protocol, reads);
  co_return std::pair(std::move(made), std::move(protocol));
}

}  // namespace detail

// [connect_pipe]
/// Takes over the end of a pipe, a FIFO, a socket or a character device, and has a protocol called
/// for what comes from it. asyncio: connect_read_pipe(). Gives a pair of transport and protocol;
/// the transport that connection_made() is given is the same, and throws usage_error where it is
/// told to write. Factory, context and cancellation as in create_connection(). **Throws** what
/// connect_read_pipe() of streams throws; the handle is the caller's still then.
template <class Factory>
  requires detail::protocol_factory<Factory, stream_protocol>
auto connect_read_pipe(Factory&& factory, native_handle handle) {
  return detail::connect_pipe<read_transport, std::decay_t<Factory>>(std::forward<Factory>(factory),
                                                                     handle);
}
/// The other kind of end: for writing. asyncio: connect_write_pipe(). The protocol may be derived
/// from stream_protocol alone. When nobody reads from a pipe any more, connection_lost() comes:
/// with a broken pipe if bytes were queued, else without an error. Where the loop has no readiness
/// (Windows) it comes with the next write, which is a broken pipe.
template <class Factory>
  requires detail::protocol_factory<Factory, stream_protocol>
auto connect_write_pipe(Factory&& factory, native_handle handle) {
  return detail::connect_pipe<write_transport, std::decay_t<Factory>>(
      std::forward<Factory>(factory), handle);
}
// [/connect_pipe]

}  // namespace rill
