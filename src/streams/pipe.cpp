// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/pipe.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <utility>

#include "base/system_calls.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/io_awaiter.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/net/socket.hpp"
#include "streams/pipe_end.hpp"
#include "streams/stream_core.hpp"

namespace rill {

namespace detail {

namespace {

constexpr std::chrono::milliseconds ask_again_after(20);

using core_ref = state_ref<stream_core>;

mode_t kind_of(native_handle handle) {
  struct stat known{};
  if (system_calls().fstat(static_cast<int>(handle), &known) != 0) {
    throw_system_error(errno, "rill: a handle that was given as a pipe");
  }
  return known.st_mode & S_IFMT;
}

core_ref core_over(loop_handle owned, std::size_t limit) {
  return stream_core::create(std::make_unique<pipe_end>(std::move(owned)), limit);
}

class [[nodiscard]] readable_awaiter final : public io_awaiter {
 public:
  readable_awaiter(reactor& owner, native_handle watched) : io_awaiter(owner) {
    kind = io_kind::wait_readable;
    handle = watched;
  }
  std::int64_t await_resume() { return finish(); }
};

/// Null handle: nobody reads from it yet. Throws.
loop_handle open_fifo(const std::string& path, int mode) {
  scheduler& owner = scheduler::require_current();
  const int opened = system_calls().open(path.c_str(), mode | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0);
  if (opened < 0) {
    if (errno == ENXIO && mode == O_WRONLY) return {};
    throw_system_error(errno, "rill: opening the FIFO " + path);
  }
  loop_handle owned(opened, owner);
  if (kind_of(opened) != S_IFIFO) throw_invalid_argument("rill: this file is no FIFO: " + path);
  return owned;
}

}  // namespace

state_ref<stream_core> open_pipe_end(native_handle handle, std::size_t limit) {
  check_limit(limit);
  const mode_t kind = kind_of(handle);
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
  detail::core_ref reading = detail::core_over(std::move(read_end), limit);
  detail::core_ref writing = detail::core_over(std::move(write_end), limit);
  return {detail::stream_access::reader(std::move(reading)),
          detail::stream_access::writer(std::move(writing))};
}

coro<stream_reader> open_fifo_reader(std::string path, std::size_t limit) {
  detail::check_limit(limit);
  detail::loop_handle owned = detail::open_fifo(path, O_RDONLY);
  detail::readable_awaiter arrival(event_loop::running().io(), owned.get());
  const std::int64_t looked = co_await arrival;
  if (looked < 0) detail::throw_io_error(looked, "rill: waiting for the writer of a FIFO");
  co_return detail::stream_access::reader(detail::core_over(std::move(owned), limit));
}

coro<stream_writer> open_fifo_writer(std::string path) {
  detail::loop_handle owned = detail::open_fifo(path, O_WRONLY);
  while (!owned) {
    co_await sleep(detail::ask_again_after);
    owned = detail::open_fifo(path, O_WRONLY);
  }
  co_return detail::stream_access::writer(
      detail::core_over(std::move(owned), default_stream_limit));
}

}  // namespace rill
