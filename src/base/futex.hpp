// SPDX-License-Identifier: BSL-1.0
// A thread that waits for a word of memory, and nothing else of the system: the cheapest sleep
// there is, where there is one.
#pragma once

#include <atomic>
#include <cstdint>

namespace rill::detail {

/// False: futex_wait() returns at once, futex_wake() does nothing.
extern const bool has_futex;

/// Sleeps while the word has that value, at most so long (nanoseconds; negative: no limit), until
/// futex_wake(). Returns early without a reason as well, and for signals.
void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t value,
                std::int64_t timeout_ns) noexcept;

/// Wakes one that waits for the word, which was changed before. Any thread, and signal handlers.
void futex_wake(std::atomic<std::uint32_t>& word) noexcept;

}  // namespace rill::detail
