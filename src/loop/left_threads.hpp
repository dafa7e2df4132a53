// SPDX-License-Identifier: BSL-1.0
// Threads that nobody may wait for now: they are joined when the program ends.
#pragma once

#include <string>
#include <thread>

#include "rill/base/unique_function.hpp"

namespace rill::detail {

/// Runs `body` in a thread that is joined at the end of the program. Throws std::system_error if
/// there is no thread to be had.
void run_left_alone(std::string name, unique_function<void()> body);

}  // namespace rill::detail
