// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/connect_pipe.hpp"

#include <sys/stat.h>

#include <utility>

#include "rill/core/errors.hpp"
#include "rill/loop/event_loop.hpp"
#include "streams/pipe_end.hpp"
#include "streams/stream_transport.hpp"

namespace rill::detail {

namespace {

/// A terminal, say, becomes readable for reasons of its own. Windows has no readiness: there the
/// next write tells.
bool tells_of_its_reader(native_handle handle) {
  const mode_t kind = kind_of_pipe(handle);
  return (kind == S_IFIFO || kind == S_IFSOCK) &&
         event_loop::running().io().supports(reactor_feature::readiness);
}

}  // namespace

coro<std::shared_ptr<transport>> start_pipe(native_handle handle,
                                            std::shared_ptr<stream_protocol> protocol, bool reads) {
  // Before the handle is taken over.
  if (!protocol) throw_usage("rill: the factory of a pipe has made no protocol");
  check_fits(protocol.get(), reads);
  transport_use use = transport_use::read;
  if (!reads) {
    use = tells_of_its_reader(handle) ? transport_use::write_watched : transport_use::write;
  }
  state_ref<stream_core> core = open_pipe_end(handle, default_stream_limit);
  auto started = begin_transport(std::move(core), std::move(protocol), use);
  co_await wait_made(started);
  std::shared_ptr<transport> result = std::move(started);
  co_return std::move(result);
}

}  // namespace rill::detail
