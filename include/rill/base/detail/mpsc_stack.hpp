// SPDX-License-Identifier: BSL-1.0
//
// Many threads push nodes, one takes all of them, oldest first. The inbox of a loop.
#pragma once

#include "rill/base/detail/atomic.hpp"

namespace rill::detail {

/// Intrusive and lock-free. `Next` is the link inside the node; a node is in one stack at a time.
/// All operations are sequentially consistent, so that a consumer that says "I sleep" and then
/// finds empty() never misses a push whose thread found it awake.
template <class T, T* T::* Next>
class mpsc_stack {
 public:
  mpsc_stack() = default;
  mpsc_stack(const mpsc_stack&) = delete;
  mpsc_stack& operator=(const mpsc_stack&) = delete;

  /// Any thread. Returns true if the stack was empty: this push begins a batch. The consumer may
  /// have taken the node and destroyed it by the time this returns.
  bool push(T& node) noexcept {
    T* head = head_.load_relaxed();  // a guess; the exchange below orders
    do {
      node.*Next = head;
    } while (!head_.compare_exchange(head, &node));
    return head == nullptr;
  }

  /// The consumer: takes everything, in the order pushed, linked by Next; null if there is nothing.
  T* take_all() noexcept {
    if (empty()) return nullptr;
    T* newest = head_.exchange(nullptr);
    T* oldest = nullptr;
    while (newest != nullptr) {
      T* const next = newest->*Next;
      newest->*Next = oldest;
      oldest = newest;
      newest = next;
    }
    return oldest;
  }

  bool empty() const noexcept { return head_.load() == nullptr; }

 private:
  atomic<T*> head_;
};

}  // namespace rill::detail
