// SPDX-License-Identifier: BSL-1.0
//
// Counts the descriptors of this process, for tests that must leave none behind.
#pragma once

#include <fcntl.h>
#include <unistd.h>

namespace rill_test {

inline int open_descriptors() {
  int count = 0;
  for (int number = 0; number < 1024; ++number) {
    if (::fcntl(number, F_GETFD) >= 0) ++count;
  }
  return count;
}

}  // namespace rill_test
