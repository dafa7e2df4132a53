// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/exec_errors.hpp"

namespace rill {

executor_shut_down::executor_shut_down()
    : usage_error("rill: this executor was shut down and takes no more jobs; make a new one") {}

}  // namespace rill
