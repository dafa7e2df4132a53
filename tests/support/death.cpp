// SPDX-License-Identifier: BSL-1.0
#include "support/death.hpp"

#include <csignal>

#include "support/child_process.hpp"

namespace rill_test {

death die_in(const std::function<void()>& callable) {
  const child_end end = run_in_child([&callable] {
    callable();
    return 0;
  });
  return {end.signal_number == SIGABRT, end.output};
}

}  // namespace rill_test
