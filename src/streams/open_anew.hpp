// SPDX-License-Identifier: BSL-1.0
// A handle of our own to what a handle of the program leads to: one that can be made non-blocking
// without doing that to others who have it.
#pragma once

#include "streams/standard_handle.hpp"

struct stat;

namespace rill::detail {

/// A handle of our own to the same pipe or terminal, non-blocking; -1 if that is not allowed.
int open_anew(int handle, standard_use use, const struct stat& known);

}  // namespace rill::detail
