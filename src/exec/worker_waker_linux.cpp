// SPDX-License-Identifier: BSL-1.0
// By an eventfd.
#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>

#include "base/system_calls.hpp"
#include "base/uninterrupted.hpp"
#include "exec/process_channel.hpp"
#include "exec/worker_waker.hpp"
#include "rill/base/error.hpp"

namespace rill::detail {

worker_waker::worker_waker() : handle_(system_calls().eventfd(0, EFD_CLOEXEC)), writing_(handle_) {
  if (handle_ < 0) throw_system_error(errno, "rill: starting a process pool");
}

worker_waker::~worker_waker() { close_handle(handle_); }

void worker_waker::wake() noexcept {
  const std::uint64_t once = 1;
  uninterrupted(
      [&] { return system_calls().write(static_cast<int>(writing_), &once, sizeof once); });
}

void worker_waker::clear() noexcept {
  std::uint64_t count = 0;
  uninterrupted(
      [&] { return system_calls().read(static_cast<int>(handle_), &count, sizeof count); });
}

}  // namespace rill::detail
