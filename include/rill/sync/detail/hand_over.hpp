// SPDX-License-Identifier: BSL-1.0
// How items go from tasks that have some to tasks that want some: the one piece of logic in queues
// and channels.
#pragma once

#include <cstddef>
#include <new>
#include <optional>
#include <utility>

#include "rill/base/config.hpp"
#include "rill/core/detail/wait_list.hpp"

namespace rill::detail {

/// A task that waits for room; it has its item until that is taken.
template <class T>
struct giving_waiter : list_waiter {
  T item;

 protected:
  explicit giving_waiter(T&& given) noexcept : item(std::move(given)) {}
  ~giving_waiter() = default;
};

/// A task that waits for an item, or has got one.
template <class T>
struct taking_waiter : list_waiter {
  std::optional<T> item;

 protected:
  taking_waiter() noexcept = default;
  ~taking_waiter() = default;

  /// That of an await before, for one that is awaited again.
  void forget_item() noexcept {
    if (item) [[unlikely]]
      item.reset();
  }

  /// For the destructor. What was handed over is in time for the next loop.
  template <class Flow>
  RILL_NOINLINE void leave_with_loop(Flow& flow) noexcept {
    if (has_unused_grant() && item) flow.give_back(*std::move(item));
  }

  /// What await_resume() gives. Part by part: the processor would wait for both stores to end if
  /// an optional that was just written were copied as one.
  std::optional<T> give_item() noexcept {
    if (!item) return std::nullopt;
    return std::optional<T>(std::in_place, *std::move(item));
  }
};

/// Invariant: nobody waits for an item while there is one, or somebody who waits to give one.
/// `Store` says what leaves first.
template <class T, class Store>
struct hand_over {
  bool has_items() const noexcept { return items.size() != 0 || !givers.empty(); }

  /// Makes room for what accept() will be given: only this throws for want of memory.
  void reserve() {
    if (takers.empty()) items.reserve_one();
  }
  /// To the first who waits for it, or into the store. Requires: there is room, or a taker, and
  /// reserve() behind anything else that was done here.
  RILL_ALWAYS_INLINE void accept(T&& item) {
    if (takers.empty()) [[likely]] {
      items.push(std::move(item));
    } else {
      give_to_taker(std::move(item));
    }
  }

  /// The next item; who waits for room gives his. Requires: has_items().
  RILL_ALWAYS_INLINE T take() {
    if (givers.empty()) [[likely]]
      return items.pop();
    return take_and_refill();
  }

  RILL_NOINLINE void give_to_taker(T&& item) {
    auto& first = static_cast<taking_waiter<T>&>(takers.front());
    takers.grant_first();
    first.item.emplace(std::move(item));
  }
  RILL_NOINLINE T take_and_refill() {
    auto& first = static_cast<giving_waiter<T>&>(givers.front());
    givers.grant_first();
    if (items.size() == 0) return std::move(first.item);
    T item = items.pop();
    items.push(std::move(first.item));  // there is room
    return item;
  }

  /// What a taker was given, and has not used.
  void give_back(T&& item) noexcept {
    try {
      items.reserve_one();
      items.put_back(std::move(item));
    } catch (const std::bad_alloc&) {  // it goes with the loop
    }
  }

  Store items;
  wait_list givers;
  wait_list takers;
};

}  // namespace rill::detail
