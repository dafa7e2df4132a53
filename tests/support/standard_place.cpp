// SPDX-License-Identifier: BSL-1.0
#include "support/standard_place.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

namespace rill_test {

standard_place::standard_place(standard_one which, rill::native_handle handle)
    : which_(which), before_(::fcntl(static_cast<int>(which), F_DUPFD_CLOEXEC, 10)) {
  std::fflush(nullptr);
  if (handle >= 0) {
    ::dup2(static_cast<int>(handle), static_cast<int>(which));
  } else {
    ::close(static_cast<int>(which));
  }
}

standard_place::~standard_place() {
  std::fflush(nullptr);
  ::dup2(static_cast<int>(before_), static_cast<int>(which_));
  ::close(static_cast<int>(before_));
}

plain_pipe pipe_of_programs() { return plain_pipe(); }

}  // namespace rill_test
