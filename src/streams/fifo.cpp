// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "base/system_calls.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/io_awaiter.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/streams/pipe.hpp"
#include "streams/pipe_end.hpp"

namespace rill {

namespace detail {

namespace {

constexpr std::chrono::milliseconds ask_again_after(20);

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
  if (kind_of_pipe(opened) != S_IFIFO) {
    throw_invalid_argument("rill: this file is no FIFO: " + path);
  }
  return owned;
}

}  // namespace

}  // namespace detail

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
