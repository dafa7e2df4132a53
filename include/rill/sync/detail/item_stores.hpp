// SPDX-License-Identifier: BSL-1.0
// Where queues keep their items: what leaves first is what tells them apart.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "rill/base/detail/ring_buffer.hpp"

namespace rill::detail {

/// The oldest first.
template <class T>
class fifo_store {
 public:
  std::size_t size() const noexcept { return items_.size(); }
  void reserve_one() { items_.reserve_one(); }
  void push(T&& item) noexcept { items_.push_back(std::move(item)); }
  /// Takes back what was taken out last, and not used.
  void put_back(T&& item) noexcept { items_.push_front(std::move(item)); }
  T pop() noexcept { return items_.pop_front(); }
  void clear() noexcept { items_.clear(); }

 private:
  ring_buffer<T> items_;
};

/// As ring_buffer::reserve_one().
template <class T>
void reserve_one(std::vector<T>& items) {
  if (items.size() == items.capacity()) items.reserve(2 * items.size() + 8);
}

/// The newest first.
template <class T>
class lifo_store {
 public:
  std::size_t size() const noexcept { return items_.size(); }
  void reserve_one() { detail::reserve_one(items_); }
  void push(T&& item) noexcept { items_.push_back(std::move(item)); }
  void put_back(T&& item) noexcept { push(std::move(item)); }
  T pop() noexcept {
    T item = std::move(items_.back());
    items_.pop_back();
    return item;
  }
  void clear() noexcept { items_.clear(); }

 private:
  std::vector<T> items_;
};

/// The least first, equal ones in the order of coming.
template <class T, class Less>
class priority_store {
  static_assert(std::is_nothrow_move_assignable_v<T>,
                "rill: the items of a priority_queue are moved about inside it, which must not "
                "throw: give them a noexcept move assignment, or queue std::unique_ptrs to them");

  struct entry {
    T item;
    std::size_t number;
  };

 public:
  explicit priority_store(Less less = Less()) : less_(std::move(less)) {}

  std::size_t size() const noexcept { return items_.size(); }
  void reserve_one() { detail::reserve_one(items_); }
  void push(T&& item) {
    items_.push_back(entry{std::move(item), next_++});
    std::push_heap(items_.begin(), items_.end(), order());
  }
  void put_back(T&& item) { push(std::move(item)); }
  T pop() {
    std::pop_heap(items_.begin(), items_.end(), order());
    T item = std::move(items_.back().item);
    items_.pop_back();
    return item;
  }
  void clear() noexcept { items_.clear(); }

 private:
  // A heap has its greatest in front: the one that is to leave first.
  auto order() const {
    return [this](const entry& a, const entry& b) {
      if (less_(b.item, a.item)) return true;
      return !less_(a.item, b.item) && b.number < a.number;
    };
  }

  std::vector<entry> items_;
  std::size_t next_ = 0;
  Less less_;
};

}  // namespace rill::detail
