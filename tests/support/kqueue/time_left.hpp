// SPDX-License-Identifier: BSL-1.0
//
// A time limit as system calls take it, of which a part has gone by.
#pragma once

#include <time.h>

#include <cstdint>

namespace rill_test {

/// What is left of a timeout.
class time_left {
 public:
  explicit time_left(const timespec* limit) noexcept : limited_(limit != nullptr) {
    if (limited_) end_ = now() + limit->tv_sec * second + limit->tv_nsec;
  }
  bool is_over() const noexcept { return limited_ && now() >= end_; }
  const timespec* get() noexcept {
    if (!limited_) return nullptr;
    const std::int64_t left = end_ > now() ? end_ - now() : 0;
    left_ = {static_cast<time_t>(left / second), static_cast<long>(left % second)};
    return &left_;
  }

 private:
  static constexpr std::int64_t second = 1'000'000'000;
  static std::int64_t now() noexcept {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * second + time.tv_nsec;
  }
  bool limited_;
  std::int64_t end_ = 0;
  timespec left_{};
};

}  // namespace rill_test
