// SPDX-License-Identifier: BSL-1.0
// The category of the codes that system calls leave in errno, and that operations end with.
#pragma once

#include <system_error>

namespace rill::detail {

/// std::system_category() where the system's codes are those of errno. On Windows a category of our
/// own: its codes compare equal to std::errc as elsewhere, and it has texts for them.
const std::error_category& system_errors() noexcept;

}  // namespace rill::detail
