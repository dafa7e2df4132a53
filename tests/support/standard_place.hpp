// SPDX-License-Identifier: BSL-1.0
//
// Other handles in the place of the standard ones, on every system.
#pragma once

#include "rill/base/native_handle.hpp"
#include "support/plain_pipe.hpp"

namespace rill_test {

enum class standard_one { input, output, error };

/// Puts another handle in the place of a standard one, while it lives. What this program prints by
/// itself goes there as well on POSIX.
class standard_place {
 public:
  standard_place(standard_one which, rill::native_handle handle);
  standard_place(const standard_place&) = delete;
  standard_place& operator=(const standard_place&) = delete;
  ~standard_place();

 private:
  standard_one which_;
  rill::native_handle before_;
};

/// A pipe as programs inherit them: its calls wait.
plain_pipe pipe_of_programs();

}  // namespace rill_test
