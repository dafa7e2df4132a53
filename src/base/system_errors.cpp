// SPDX-License-Identifier: BSL-1.0
#include "base/system_errors.hpp"

namespace rill::detail {

const std::error_category& system_errors() noexcept { return std::system_category(); }

}  // namespace rill::detail
