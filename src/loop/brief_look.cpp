// SPDX-License-Identifier: BSL-1.0
#include "loop/brief_look.hpp"

#include <thread>

namespace rill::detail {

bool several_processors() noexcept {
  static const bool several = std::thread::hardware_concurrency() > 1;
  return several;
}

}  // namespace rill::detail
