// SPDX-License-Identifier: BSL-1.0
// Handles of Windows as the library's numbers for them, and back.
#pragma once

#include <windows.h>

#include "rill/base/native_handle.hpp"

namespace rill::detail {

inline HANDLE handle_of(native_handle handle) noexcept { return reinterpret_cast<HANDLE>(handle); }
inline native_handle number_of(HANDLE handle) noexcept {
  return reinterpret_cast<native_handle>(handle);
}

}  // namespace rill::detail
