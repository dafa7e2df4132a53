// SPDX-License-Identifier: BSL-1.0
// By an eventfd.
#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>

#include "base/system_calls.hpp"
#include "reactor/handle_waker.hpp"
#include "rill/base/error.hpp"

namespace rill::detail {

handle_waker::handle_waker() : number_(system_calls().eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (number_ < 0) throw_system_error(errno, "rill: eventfd");
  writing_ = number_;
}

handle_waker::~handle_waker() { system_calls().close(number_); }

void handle_waker::wake() noexcept {
  const std::uint64_t one = 1;
  const int before = errno;  // this may run in a signal handler
  // The only failure is a full counter, which wakes as well.
  const auto written = system_calls().write(writing_, &one, sizeof one);
  static_cast<void>(written);
  errno = before;
}

void handle_waker::clear() noexcept {
  std::uint64_t count = 0;
  const auto taken = system_calls().read(number_, &count, sizeof count);
  static_cast<void>(taken);
}

}  // namespace rill::detail
