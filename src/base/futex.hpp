// SPDX-License-Identifier: BSL-1.0
// A thread that waits for a word of memory, and nothing else of the system: the cheapest sleep
// there is, where there is one.
#pragma once

#include <atomic>
#include <cstdint>

namespace rill::detail {

/// False where the system has none, or a sandbox forbids it, as far as is known: futex_wait()
/// returns at once then, futex_wake() does nothing.
bool has_futex() noexcept;

/// Sleeps while the word has that value, at most so long (nanoseconds; negative: no limit), until
/// futex_wake(). May return early without a reason. A signal that is handled ends it if there is a
/// limit; without one, only if the handler was installed without SA_RESTART.
void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t value,
                std::int64_t timeout_ns) noexcept;

/// Wakes one that waits for the word, which was changed before. Any thread, and signal handlers.
void futex_wake(std::atomic<std::uint32_t>& word) noexcept;

}  // namespace rill::detail
