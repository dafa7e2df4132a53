// SPDX-License-Identifier: BSL-1.0
//
// Asks for each number, as Wine does not know the count (docs/design/iocp.md). Numbers are
// multiples of four, given out from below.
#include <windows.h>

#include <cstdint>

#include "support/open_descriptors.hpp"

namespace rill_test {

int open_descriptors() {
  constexpr std::intptr_t last = 0x8000;
  int count = 0;
  for (std::intptr_t number = 4; number <= last; number += 4) {
    DWORD flags = 0;
    if (::GetHandleInformation(reinterpret_cast<HANDLE>(number), &flags) != FALSE) ++count;
  }
  return count;
}

}  // namespace rill_test
