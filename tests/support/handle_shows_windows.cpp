// SPDX-License-Identifier: BSL-1.0
#include <windows.h>

#include "support/handle_shows.hpp"

bool rill_test::handle_shows(rill::native_handle handle, int milliseconds) {
  return ::WaitForSingleObject(reinterpret_cast<HANDLE>(handle),
                               static_cast<DWORD>(milliseconds)) == WAIT_OBJECT_0;
}
