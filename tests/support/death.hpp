// SPDX-License-Identifier: BSL-1.0
//
// For tests of assertions: runs a callable in another process and tells how that ended.
#pragma once

#include <functional>
#include <string>

namespace rill_test {

/// What became of the other process.
struct death {
  bool aborted = false;  // by abort()
  std::string output;    // what it wrote to standard error

  /// True if it was aborted and wrote `text` somewhere.
  bool says(const char* text) const { return aborted && output.find(text) != std::string::npos; }
};

/// Calls `callable` in another process, which then ends with success. That is a child of this one,
/// in which no other thread may run; on Windows it is this program once more, which runs the case
/// up to here.
death die_in(const std::function<void()>& callable);

}  // namespace rill_test
