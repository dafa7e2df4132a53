// SPDX-License-Identifier: BSL-1.0
// Small questions to the system that differ from platform to platform.
#pragma once

namespace rill::detail {

/// True in the thread that runs main(). False where the system cannot tell.
bool in_main_thread() noexcept;

}  // namespace rill::detail
