// SPDX-License-Identifier: BSL-1.0
#include <windows.h>

#include "support/open_descriptors.hpp"

namespace rill_test {

int open_descriptors() {
  DWORD count = 0;
  ::GetProcessHandleCount(::GetCurrentProcess(), &count);
  return static_cast<int>(count);
}

}  // namespace rill_test
