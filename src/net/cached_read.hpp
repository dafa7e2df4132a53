// SPDX-License-Identifier: BSL-1.0
// Reads of a file that need no thread, where the system can tell.
#pragma once

#include "net/file_state.hpp"

namespace rill::detail {

/// What the system has in memory; 0 if it has nothing there, or does not say.
std::int64_t read_cached(native_handle file, const file_part& part) noexcept;

}  // namespace rill::detail
