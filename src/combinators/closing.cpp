// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/detail/closing.hpp"

#include "rill/combinators/exception_group.hpp"

namespace rill::detail {

void leave(cancel_scope& edge, const std::exception_ptr& error,
           std::vector<std::exception_ptr> failures) {
  std::exception_ptr interruption;
  if (error && is_cancellation(error)) {
    interruption = error;
  } else if (error) {
    failures.insert(failures.begin(), error);
  }
  std::vector<std::exception_ptr> errors;
  for (std::exception_ptr& each : failures) {
    if (!is_cancellation(each)) {
      errors.push_back(std::move(each));
    } else if (!interruption) {
      interruption = std::move(each);
    }
  }
  if (errors.empty()) {
    if (interruption) rethrow_interruption(interruption);
    return;
  }
  edge.renew_outer();
  if (errors.size() == 1) std::rethrow_exception(errors.front());
  throw exception_group("rill: a body, or what closes behind it, has failed", std::move(errors));
}

}  // namespace rill::detail
