// SPDX-License-Identifier: BSL-1.0
//
// Objects that tell how many of them live: passed into coroutines and callbacks to see when these
// are destroyed.
#pragma once

#include <utility>

namespace rill_test {

/// Counts itself in `*count` while it lives; moved-from ones do not count.
class witness {
 public:
  explicit witness(int& count) noexcept : count_(&count) { ++count; }
  witness(const witness& other) noexcept : count_(other.count_) {
    if (count_ != nullptr) ++*count_;
  }
  witness(witness&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
  witness& operator=(witness other) noexcept {
    std::swap(count_, other.count_);
    return *this;
  }
  ~witness() {
    if (count_ != nullptr) --*count_;
  }

  /// False after it was moved from.
  bool holds() const noexcept { return count_ != nullptr; }

 private:
  int* count_;
};

}  // namespace rill_test
