// SPDX-License-Identifier: BSL-1.0
#include "support/open_descriptors.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace rill_test {

int open_descriptors() {
  int count = 0;
  for (int number = 0; number < 1024; ++number) {
    if (::fcntl(number, F_GETFD) >= 0) ++count;
  }
  return count;
}

}  // namespace rill_test
