// SPDX-License-Identifier: BSL-1.0
// fixed_array: an array whose length is known when it is made, of elements that cannot be moved.
// Combinators keep their members in it. Small ones come from the frame pool.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "rill/core/detail/frame_pool.hpp"

namespace rill::detail {

/// Room for a number of elements, filled one by one; one allocation, none for no elements.
template <class T>
class fixed_array {
  static_assert(alignof(T) <= pool_granule, "the pool aligns to its granules");

 public:
  explicit fixed_array(std::size_t room)
      : first_(room == 0 ? nullptr : static_cast<T*>(pool_allocate(room * sizeof(T)))),
        room_(room) {}
  fixed_array(const fixed_array&) = delete;
  fixed_array& operator=(const fixed_array&) = delete;
  ~fixed_array() {
    while (size_ != 0) std::destroy_at(first_ + --size_);
    if (first_ != nullptr) pool_deallocate(first_, room_ * sizeof(T));
  }

  /// Requires: there is room.
  template <class... Args>
  T& emplace_back(Args&&... args) {
    T* const made = ::new (static_cast<void*>(first_ + size_)) T(std::forward<Args>(args)...);
    ++size_;
    return *made;
  }

  std::size_t size() const noexcept { return size_; }
  T& operator[](std::size_t index) noexcept { return first_[index]; }
  T* begin() noexcept { return first_; }
  T* end() noexcept { return first_ + size_; }

 private:
  T* first_;
  std::size_t room_;
  std::size_t size_ = 0;
};

}  // namespace rill::detail
