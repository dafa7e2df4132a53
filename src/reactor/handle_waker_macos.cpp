// SPDX-License-Identifier: BSL-1.0
// By a pipe.
#include <fcntl.h>

#include <array>
#include <cerrno>

#include "base/system_calls.hpp"
#include "reactor/handle_waker.hpp"
#include "rill/base/error.hpp"

namespace rill::detail {

handle_waker::handle_waker() {
  std::array<int, 2> ends{};
  if (system_calls().pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) {
    throw_system_error(errno, "rill: a pipe");
  }
  number_ = ends[0];
  writing_ = ends[1];
}

handle_waker::~handle_waker() {
  system_calls().close(number_);
  system_calls().close(writing_);
}

void handle_waker::wake() noexcept {
  const int before = errno;  // this may run in a signal handler
  // The only failure is a full pipe, which wakes as well.
  const auto written = system_calls().write(writing_, "", 1);
  static_cast<void>(written);
  errno = before;
}

void handle_waker::clear() noexcept {
  std::array<char, 256> room;
  while (system_calls().read(number_, room.data(), room.size()) ==
         static_cast<ssize_t>(room.size())) {
  }
}

}  // namespace rill::detail
