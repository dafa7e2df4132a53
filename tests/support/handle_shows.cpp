// SPDX-License-Identifier: BSL-1.0
#include "support/handle_shows.hpp"

#include <poll.h>

bool rill_test::handle_shows(rill::native_handle handle, int milliseconds) {
  pollfd looked{static_cast<int>(handle), POLLIN, 0};
  return ::poll(&looked, 1, milliseconds) == 1;
}
