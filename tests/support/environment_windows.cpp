// SPDX-License-Identifier: BSL-1.0
#include <stdlib.h>

#include "support/environment.hpp"

void rill_test::set_environment(const char* name, const char* value) {
  ::_putenv_s(name, value == nullptr ? "" : value);
}
