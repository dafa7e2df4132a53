// SPDX-License-Identifier: BSL-1.0
//
// Assertions for misuse that cannot throw, as in destructors: RILL_CHECK in every build,
// RILL_ASSERT in debug builds.
#pragma once

#include "rill/base/config.hpp"

namespace rill {

// [handler]
/// Called with a failed assertion, before the program is aborted: where it stands, the condition as
/// written, and what to do about it. Must not throw.
using assertion_handler = void (*)(const char* file, int line, const char* condition,
                                   const char* advice);

/// Replaces the handler and returns the one before. A null pointer restores the default, which
/// writes one line to standard error. If the handler returns, the program is aborted. Any thread.
assertion_handler set_assertion_handler(assertion_handler handler) noexcept;
// [/handler]

namespace detail {

[[noreturn]] void assertion_failed(const char* file, int line, const char* condition,
                                   const char* advice) noexcept;

}  // namespace detail
}  // namespace rill

/// Ends the program with `advice`, a sentence that says what to do instead, unless the condition
/// holds. In every build.
#define RILL_CHECK(condition, advice) \
  (static_cast<bool>(condition)       \
       ? (void)0                      \
       : ::rill::detail::assertion_failed(__FILE__, __LINE__, #condition, advice))

/// The same in debug builds. Elsewhere the condition is compiled and not evaluated.
#define RILL_ASSERT(condition, advice) RILL_CHECK(RILL_DEBUG_CHECKS == 0 || (condition), advice)
