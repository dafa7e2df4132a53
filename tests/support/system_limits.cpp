// SPDX-License-Identifier: BSL-1.0
#include "support/system_limits.hpp"

#include <sys/resource.h>

#include <string>

#include "support/skip.hpp"

namespace rill_test {

bool loses_resets() { return false; }
bool loses_refusals() { return false; }
bool leaves_receives_waiting() { return false; }
bool shares_dying_addresses() { return false; }

bool lacks_descriptors(std::size_t needed) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= needed) return false;
  limit.rlim_cur = needed;
  if (limit.rlim_max >= needed && ::setrlimit(RLIMIT_NOFILE, &limit) == 0) return false;
  skip("a limit of " + std::to_string(limit.rlim_max) + " descriptors");
  return true;
}

}  // namespace rill_test
