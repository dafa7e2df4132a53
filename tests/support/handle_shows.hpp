// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "rill/base/native_handle.hpp"

namespace rill_test {

/// Whether what a host waits for, the handle of pollable(), shows something within that time.
bool handle_shows(rill::native_handle handle, int milliseconds);

}  // namespace rill_test
