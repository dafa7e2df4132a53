// SPDX-License-Identifier: BSL-1.0
// The time and the processor time of one side of a bulk transfer, and the line that tells them.
#pragma once

#include <cstdint>
#include <cstdio>
#include <ctime>

class bulk_stopwatch {
 public:
  void report(std::uint64_t bytes) const {
    std::printf("bytes %llu seconds %.6f cpu %.6f\n", static_cast<unsigned long long>(bytes),
                seconds_of(CLOCK_MONOTONIC) - since_, seconds_of(CLOCK_PROCESS_CPUTIME_ID) - used_);
  }

 private:
  static double seconds_of(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
  }

  double since_ = seconds_of(CLOCK_MONOTONIC);
  double used_ = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
};
