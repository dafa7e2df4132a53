// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/lock.hpp"

#include "rill/core/errors.hpp"

namespace rill {

void lock::throw_free() {
  detail::throw_usage("rill: this lock is not held; release it once for each acquire()");
}

}  // namespace rill
