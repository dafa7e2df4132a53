// SPDX-License-Identifier: BSL-1.0
//
// Windows has no process pools yet, so nothing starts workers.
#include "rill/exec/process_worker_main.hpp"

namespace rill {

void process_worker_main() {}

}  // namespace rill
