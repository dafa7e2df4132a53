// SPDX-License-Identifier: BSL-1.0
// What is at the leaves of the trees, as far as it needs no library: chance, a cache, and a number
// that is dear to compute.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <vector>

namespace trees {

inline constexpr int levels = 6;
inline constexpr int branches = 6;

/// 500!, in limbs of 32 bits.
inline std::vector<std::uint32_t> factorial_of_500() {
  std::vector<std::uint32_t> product{1};
  for (std::uint32_t factor = 2; factor <= 500; ++factor) {
    std::uint64_t carry = 0;
    for (std::uint32_t& limb : product) {
      carry += std::uint64_t{limb} * factor;
      limb = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) product.push_back(static_cast<std::uint32_t>(carry));
  }
  return product;
}

/// Of one tree; always the same sequence.
class chance {
 public:
  /// True for nine in ten values from 1 to 100 when they come again.
  bool found_in_cache() {
    const unsigned value = std::uniform_int_distribution<unsigned>(1, 100)(random_);
    if (value > 90) return false;
    const bool found = cache_[value];
    cache_[value] = true;
    return found;
  }
  bool heads() { return std::uniform_int_distribution<int>(0, 1)(random_) == 0; }

 private:
  std::minstd_rand random_{1};
  std::array<bool, 101> cache_{};
};

}  // namespace trees
