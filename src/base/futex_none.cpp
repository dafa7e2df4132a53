// SPDX-License-Identifier: BSL-1.0
#include "base/futex.hpp"

namespace rill::detail {

bool has_futex() noexcept { return false; }

void futex_wait(const std::atomic<std::uint32_t>& /*word*/, std::uint32_t /*value*/,
                std::int64_t /*timeout_ns*/) noexcept {}

void futex_wake(std::atomic<std::uint32_t>& /*word*/) noexcept {}

}  // namespace rill::detail
