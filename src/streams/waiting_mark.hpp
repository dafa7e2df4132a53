// SPDX-License-Identifier: BSL-1.0
// The one wait for the size of a terminal that may be under way. For terminal_size_watch, on each
// system.
#pragma once

#include "rill/core/errors.hpp"

namespace rill::detail {

class waiting_mark {
 public:
  explicit waiting_mark(bool& mark) : mark_(mark) {
    if (mark) throw_usage("rill: another task waits for the size of this terminal already");
    mark = true;
  }
  waiting_mark(const waiting_mark&) = delete;
  waiting_mark& operator=(const waiting_mark&) = delete;
  ~waiting_mark() { mark_ = false; }

 private:
  bool& mark_;
};

}  // namespace rill::detail
