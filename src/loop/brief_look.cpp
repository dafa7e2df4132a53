// SPDX-License-Identifier: BSL-1.0
#include "loop/brief_look.hpp"

#include "base/host.hpp"

namespace rill::detail {

bool several_processors() noexcept {
  static const bool several = usable_processors() > 1;
  return several;
}

}  // namespace rill::detail
