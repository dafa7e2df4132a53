// SPDX-License-Identifier: BSL-1.0
//
// A first-in first-out queue of nodes that are linked through a member of their own.
#pragma once

#include <utility>

#include "rill/base/assert.hpp"

namespace rill::detail {

/// `Next` is the link inside the node; a node is in one queue at a time, and whoever owns it keeps
/// it alive there. Every operation is O(1), allocates nothing and never throws.
template <class T, T* T::* Next>
class intrusive_queue {
 public:
  intrusive_queue() = default;
  intrusive_queue(intrusive_queue&& other) noexcept
      : head_(std::exchange(other.head_, nullptr)), tail_(std::exchange(other.tail_, nullptr)) {}
  intrusive_queue& operator=(intrusive_queue&&) = delete;
  ~intrusive_queue() { RILL_ASSERT(empty(), "take all nodes out of a queue before destroying it"); }

  bool empty() const noexcept { return head_ == nullptr; }
  /// The first node, or null.
  T* front() const noexcept { return head_; }

  void push_back(T& node) noexcept {
    node.*Next = nullptr;
    (tail_ != nullptr ? tail_->*Next : head_) = &node;
    tail_ = &node;
  }

  void push_front(T& node) noexcept {
    node.*Next = head_;
    head_ = &node;
    if (tail_ == nullptr) tail_ = &node;
  }

  /// Takes the first node; null if there is none.
  T* pop_front() noexcept {
    T* const node = head_;
    if (node == nullptr) return nullptr;
    head_ = node->*Next;
    if (head_ == nullptr) tail_ = nullptr;
    node->*Next = nullptr;
    return node;
  }

  /// Moves all nodes of `other` behind those here.
  void append(intrusive_queue& other) noexcept {
    if (other.empty()) return;
    (tail_ != nullptr ? tail_->*Next : head_) = other.head_;
    tail_ = other.tail_;
    other.head_ = other.tail_ = nullptr;
  }

  void swap(intrusive_queue& other) noexcept {
    std::swap(head_, other.head_);
    std::swap(tail_, other.tail_);
  }

 private:
  // Both are null, or both are not and the tail's link is null.
  T* head_ = nullptr;
  T* tail_ = nullptr;
};

}  // namespace rill::detail
