// SPDX-License-Identifier: BSL-1.0
//
// Throws errors of the system and of use, out of line, so that callers stay small and need not
// include <system_error>. For every layer.
#pragma once

#include <string_view>

#include "rill/base/config.hpp"

namespace rill::detail {

// [error]
/// Throws std::system_error of the system category; `code` is what the system said (on POSIX an
/// errno value), `what` names the call that failed and what it was about.
[[noreturn]] RILL_COLD void throw_system_error(int code, std::string_view what);

/// Throws std::invalid_argument: a value that can never be right.
[[noreturn]] RILL_COLD void throw_invalid_argument(std::string_view what);

/// Throws std::logic_error: bad use of an object.
[[noreturn]] RILL_COLD void throw_logic_error(std::string_view what);
// [/error]

}  // namespace rill::detail
