// SPDX-License-Identifier: BSL-1.0
// Text of who waits for whom and where: for dumps, deadlock reports and failing tests. Works in
// release builds.
#pragma once

#include <string>

#include "rill/core/task.hpp"

namespace rill {

namespace detail {
class scheduler;
std::string format_call_graph(const scheduler& owner);
}  // namespace detail

// [format_task]
/// One task: its name, and its chain of awaits, innermost first, one line each. asyncio:
/// format_call_graph().
std::string format_call_graph(const any_task& task);
// [/format_task]

// [format_all]
/// All tasks of this thread's loop that are not done. Throws usage_error when no loop runs here.
std::string format_call_graph();
// [/format_all]

}  // namespace rill
