// SPDX-License-Identifier: BSL-1.0
#include "net/cached_read.hpp"

namespace rill::detail {

// The system has no call for it.
std::int64_t read_cached(native_handle /*file*/, const file_part& /*part*/) noexcept { return 0; }

}  // namespace rill::detail
