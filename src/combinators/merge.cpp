// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/merge.hpp"

#include <string>

#include "rill/core/exception_context.hpp"
#include "rill/core/result.hpp"
#include "rill/core/scheduler.hpp"

namespace rill::detail {

void leave_merged(const std::exception_ptr& failure, const std::exception_ptr& late) {
  const bool late_error = late && !is_cancellation(late);
  if (!failure) {
    if (late_error) std::rethrow_exception(late);
    return;
  }
  if (late_error) {
    if (is_generator_exit(failure)) std::rethrow_exception(late);
    const std::string text =
        "rill: a source of merge() has failed while it was ended: " + describe_exception(late);
    scheduler::require_current().report({text, late, nullptr});
  }
  if (is_cancellation(failure)) rethrow_interruption(failure);
  std::rethrow_exception(failure);
}

}  // namespace rill::detail
