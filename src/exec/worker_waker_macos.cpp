// SPDX-License-Identifier: BSL-1.0
// By a pipe.
#include <fcntl.h>

#include <array>
#include <cerrno>

#include "base/system_calls.hpp"
#include "base/uninterrupted.hpp"
#include "exec/process_channel.hpp"
#include "exec/worker_waker.hpp"
#include "rill/base/error.hpp"

namespace rill::detail {

worker_waker::worker_waker() {
  std::array<int, 2> ends{};
  if (system_calls().pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) {
    throw_system_error(errno, "rill: starting a process pool");
  }
  handle_ = ends[0];
  writing_ = ends[1];
}

worker_waker::~worker_waker() {
  close_handle(handle_);
  close_handle(writing_);
}

void worker_waker::wake() noexcept {
  uninterrupted([&] { return system_calls().write(static_cast<int>(writing_), "", 1); });
}

void worker_waker::clear() noexcept {
  std::array<char, 64> room;
  uninterrupted(
      [&] { return system_calls().read(static_cast<int>(handle_), room.data(), room.size()); });
}

}  // namespace rill::detail
