// SPDX-License-Identifier: BSL-1.0
// ring_buffer: a queue in one block that grows by doubling, and gives references to both ends.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "rill/base/config.hpp"

namespace rill::detail {

/// First in, first out. T is moved without exceptions.
template <class T>
class ring_buffer {
 public:
  ring_buffer() noexcept = default;
  ring_buffer(const ring_buffer&) = delete;
  ring_buffer& operator=(const ring_buffer&) = delete;
  ~ring_buffer() {
    clear();
    if (slots_ != nullptr) std::allocator<T>().deallocate(slots_, room_);
  }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  const T& front() const noexcept { return slots_[first_]; }

  /// Makes room for one more; only this may throw.
  void reserve_one() {
    if (size_ == room_) grow();
  }
  /// Require: there is room.
  void push_back(T&& item) noexcept {
    std::construct_at(slots_ + place(size_), std::move(item));
    ++size_;
  }
  void push_front(T&& item) noexcept {
    first_ = (first_ - 1) & (room_ - 1);
    std::construct_at(slots_ + first_, std::move(item));
    ++size_;
  }
  /// Requires: not empty.
  T pop_front() noexcept {
    T item = std::move(slots_[first_]);
    std::destroy_at(slots_ + first_);
    first_ = place(1);
    --size_;
    return item;
  }
  void clear() noexcept {
    while (!empty()) static_cast<void>(pop_front());
  }
  void swap(ring_buffer& other) noexcept {
    std::swap(slots_, other.slots_);
    std::swap(room_, other.room_);
    std::swap(first_, other.first_);
    std::swap(size_, other.size_);
  }

 private:
  std::size_t place(std::size_t index) const noexcept { return (first_ + index) & (room_ - 1); }
  RILL_NOINLINE void grow() {
    const std::size_t room = room_ == 0 ? 8 : 2 * room_;
    T* const slots = std::allocator<T>().allocate(room);
    for (std::size_t i = 0; i < size_; ++i) {
      std::construct_at(slots + i, std::move(slots_[place(i)]));
      std::destroy_at(slots_ + place(i));
    }
    if (slots_ != nullptr) std::allocator<T>().deallocate(slots_, room_);
    slots_ = slots;
    room_ = room;
    first_ = 0;
  }

  T* slots_ = nullptr;
  std::size_t room_ = 0;  // a power of two
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace rill::detail
