// SPDX-License-Identifier: BSL-1.0
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/futex.hpp"
#include "base/timespec.hpp"

namespace rill::detail {

namespace {

// On 32 bits the call whose times have 64; it has one number everywhere.
constexpr long futex_number = sizeof(long) == 4 ? 422 : SYS_futex;
static_assert(sizeof(timespec::tv_sec) == 8, "futex_number is a call whose times have 64 bits");

std::atomic<bool> refused{false};  // by an old kernel on 32 bits, or by a sandbox

}  // namespace

bool has_futex() noexcept { return !refused.load(std::memory_order_relaxed); }

void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t value,
                std::int64_t timeout_ns) noexcept {
  static_assert(sizeof word == sizeof value && std::atomic<std::uint32_t>::is_always_lock_free);
  const timespec limit = timespec_of(timeout_ns < 0 ? 0 : timeout_ns);
  const long done = ::syscall(futex_number, &word, FUTEX_WAIT_PRIVATE, value,
                              timeout_ns < 0 ? nullptr : &limit, nullptr, 0);
  if (done < 0 && (errno == ENOSYS || errno == EPERM))
    refused.store(true, std::memory_order_relaxed);
}

void futex_wake(std::atomic<std::uint32_t>& word) noexcept {
  const int before = errno;
  ::syscall(futex_number, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  errno = before;
}

}  // namespace rill::detail
