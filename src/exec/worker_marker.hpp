// SPDX-License-Identifier: BSL-1.0
// How a process knows that a pool has started it: by a variable of the environment, which it takes
// away at once, so that processes that it starts are not taken for workers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "exec/worker_process.hpp"

namespace rill::detail {

struct worker_marker {
  static constexpr const char* name = "RILL_WORKER";
  static constexpr const char* nothing = "RILL_WORKER=";
  static constexpr std::string_view prefix = nothing;
  /// The descriptor of its channel.
  static constexpr int channel = 3;

  /// "RILL_WORKER=js1234": its role, how it watches its parent, and who that is.
  static std::string text(worker_role role, std::int64_t parent) {
    return std::string(prefix) + static_cast<char>(role) +
           static_cast<char>(chosen_parent_watch()) + std::to_string(parent);
  }
};

}  // namespace rill::detail
