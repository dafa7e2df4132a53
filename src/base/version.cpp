// SPDX-License-Identifier: BSL-1.0
#include <rill/version.hpp>

namespace rill {

// RILL_VERSION_TEXT is the project's version as CMake read it from version.hpp.
const char* library_version() noexcept { return RILL_VERSION_TEXT; }

}  // namespace rill
