// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/pipe.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "base/system_calls.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "rill/net/socket.hpp"
#include "streams/pipe_end.hpp"
#include "streams/stream_core.hpp"

namespace rill {

namespace detail {

mode_t kind_of_pipe(native_handle handle) {
  struct stat known{};
  if (system_calls().fstat(static_cast<int>(handle), &known) != 0) {
    throw_system_error(errno, "rill: a handle that was given as a pipe");
  }
  return known.st_mode & S_IFMT;
}

state_ref<stream_core> core_over(loop_handle owned, std::size_t limit) {
  return stream_core::create(std::make_unique<pipe_end>(std::move(owned)), limit);
}

state_ref<stream_core> open_pipe_end(native_handle handle, std::size_t limit) {
  check_limit(limit);
  const mode_t kind = kind_of_pipe(handle);
  if (kind == S_IFREG || kind == S_IFDIR || kind == S_IFBLK) {
    throw_invalid_argument("rill: a file is no pipe; open it as rill::file");
  }
  scheduler& owner = scheduler::require_current();
  make_non_blocking(handle);
  if (kind == S_IFSOCK) {
    return stream_core::create(socket_access::make(handle, owner), limit);
  }
  return core_over(loop_handle(handle, owner), limit);
}

}  // namespace detail

stream_reader connect_read_pipe(native_handle handle, std::size_t limit) {
  return detail::stream_access::reader(detail::open_pipe_end(handle, limit));
}

stream_writer connect_write_pipe(native_handle handle) {
  return detail::stream_access::writer(detail::open_pipe_end(handle, default_stream_limit));
}

pipe_streams open_pipe(std::size_t limit) {
  detail::scheduler& owner = detail::scheduler::require_current();
  int ends[2];
  if (detail::system_calls().pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) {
    detail::throw_system_error(errno, "rill: pipe");
  }
  detail::loop_handle read_end(ends[0], owner);
  detail::loop_handle write_end(ends[1], owner);
  detail::state_ref<detail::stream_core> reading = detail::core_over(std::move(read_end), limit);
  detail::state_ref<detail::stream_core> writing = detail::core_over(std::move(write_end), limit);
  return {detail::stream_access::reader(std::move(reading)),
          detail::stream_access::writer(std::move(writing))};
}

}  // namespace rill
