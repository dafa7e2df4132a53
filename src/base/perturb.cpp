// SPDX-License-Identifier: BSL-1.0
//
// What a stress build does at each atomic operation. The seed is RILL_STRESS_SEED of the
// environment, or 1; each thread's sequence follows from it and from the order threads first get
// here.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <thread>

#include "rill/base/detail/atomic.hpp"

namespace rill::detail {

namespace {

std::uint64_t first_state() noexcept {
  static const std::uint64_t seed = [] {
    const char* const text = std::getenv("RILL_STRESS_SEED");
    return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
  }();
  static std::uint64_t threads = 0;
  const std::uint64_t thread = __atomic_add_fetch(&threads, 1, __ATOMIC_RELAXED);
  return (seed + thread) * 0x9E3779B97F4A7C15U | 1U;
}

RILL_NOINLINE std::uint64_t next_random() noexcept {
  thread_local std::uint64_t state = first_state();
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

}  // namespace

void perturb_schedule() noexcept {
  const std::uint64_t chance = next_random() % 256;
  if (chance < 16) {
    std::this_thread::yield();
  } else if (chance < 18) {
    std::this_thread::sleep_for(std::chrono::microseconds(chance));
  }
}

}  // namespace rill::detail
