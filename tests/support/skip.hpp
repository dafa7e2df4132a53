// SPDX-License-Identifier: BSL-1.0
//
// Skips: a case that cannot run here says why, and the program ends with 77 if nothing else ran.
#pragma once

#include <string_view>

namespace rill_test {

/// Exit code of a program all of whose cases were skipped; ctest shows it as "Skipped".
inline constexpr int skipped_exit_code = 77;

/// Marks the running case as skipped and prints the reason. The case must return after that.
void skip(std::string_view reason);

/// How many cases have been skipped so far.
int skipped_count() noexcept;

}  // namespace rill_test
