// SPDX-License-Identifier: BSL-1.0
#include "support/environment.hpp"

#include <stdlib.h>

void rill_test::set_environment(const char* name, const char* value) {
  if (value == nullptr) {
    ::unsetenv(name);
  } else {
    ::setenv(name, value, 1);
  }
}
