// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <time.h>

#include <cstdint>

namespace rill::detail {

/// So many nanoseconds, not below 0, as the calls of POSIX want them.
inline timespec timespec_of(std::int64_t nanoseconds) noexcept {
  constexpr std::int64_t second = 1'000'000'000;
  timespec made{};
  made.tv_sec = static_cast<time_t>(nanoseconds / second);
  made.tv_nsec = static_cast<long>(nanoseconds % second);
  return made;
}

}  // namespace rill::detail
