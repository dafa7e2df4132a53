// SPDX-License-Identifier: BSL-1.0
// What streams and servers have tasks wait for.
#pragma once

#include <optional>
#include <utility>

#include "rill/core/future.hpp"
#include "rill/core/scheduler.hpp"

namespace rill::detail {

/// Happens again and again. Each future that was taken before is done then; wait with ended(), so
/// that cancelling touches nobody else.
class happening {
 public:
  /// Done when it happens next.
  future<> next(scheduler& owner) {
    if (!next_) next_ = future_access::make<void>(owner);
    return *next_;
  }
  void tell() noexcept {
    if (!next_) return;
    const future<> done = *std::exchange(next_, std::nullopt);
    if (!done.done()) done.set_result();
  }

 private:
  std::optional<future<>> next_;
};

}  // namespace rill::detail
