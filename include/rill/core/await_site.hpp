// SPDX-License-Identifier: BSL-1.0
// The source position of an await, recorded by every co_await of a rill coroutine, in release
// builds too.
#pragma once

#include <source_location>

namespace rill {

// [await_site]
/// Where a coroutine awaits: file, line and function. One pointer, so that recording it is one
/// store.
using await_site = std::source_location;
// [/await_site]

}  // namespace rill
