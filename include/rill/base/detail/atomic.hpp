// SPDX-License-Identifier: BSL-1.0
//
// atomic<T>: the library's one door to atomics, without the cost of including <atomic>. A stress
// build (RILL_PERTURB_ATOMICS) disturbs the schedule of threads here.
#pragma once

#include "rill/base/config.hpp"

namespace rill::detail {

/// Yields, spins or sleeps now and then, by a random sequence of the calling thread's own.
void perturb_schedule() noexcept;

/// A T that the processor accesses as a whole, and that several threads may use at once.
/// Sequentially consistent, unless the name of the operation says otherwise.
template <class T>
class atomic {
  static_assert(__atomic_always_lock_free(sizeof(T), nullptr) && __is_trivially_copyable(T),
                "rill::detail::atomic holds trivially copyable types that this processor accesses "
                "as a whole");

 public:
  constexpr atomic() noexcept = default;
  constexpr explicit atomic(T value) noexcept : value_(value) {}
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  T load() const noexcept { return get<__ATOMIC_SEQ_CST>(); }
  T load_acquire() const noexcept { return get<__ATOMIC_ACQUIRE>(); }
  T load_relaxed() const noexcept { return get<__ATOMIC_RELAXED>(); }
  void store(T value) noexcept { put<__ATOMIC_SEQ_CST>(value); }
  void store_release(T value) noexcept { put<__ATOMIC_RELEASE>(value); }
  void store_relaxed(T value) noexcept { put<__ATOMIC_RELAXED>(value); }

  /// Returns the value before.
  T exchange(T value) noexcept {
    perturb();
    T before;
    __atomic_exchange(&value_, &value, &before, __ATOMIC_SEQ_CST);
    return before;
  }
  /// Stores `desired` and returns true if the value was `expected`; else `expected` becomes the
  /// present value.
  bool compare_exchange(T& expected, T desired) noexcept {
    perturb();
    return __atomic_compare_exchange(&value_, &expected, &desired, false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST);
  }
  /// Integers only. Return the value before.
  T fetch_add(T amount) noexcept { return add<__ATOMIC_SEQ_CST>(amount); }
  T fetch_add_relaxed(T amount) noexcept { return add<__ATOMIC_RELAXED>(amount); }
  T fetch_sub(T amount) noexcept {
    perturb();
    return __atomic_fetch_sub(&value_, amount, __ATOMIC_SEQ_CST);
  }

 private:
  static void perturb() noexcept {
    if constexpr (RILL_PERTURB_ATOMICS != 0) perturb_schedule();
  }
  template <int Order>
  T get() const noexcept {
    perturb();
    T value;
    __atomic_load(&value_, &value, Order);
    return value;
  }
  template <int Order>
  void put(T value) noexcept {
    perturb();
    __atomic_store(&value_, &value, Order);
  }
  template <int Order>
  T add(T amount) noexcept {
    perturb();
    return __atomic_fetch_add(&value_, amount, Order);
  }

  alignas(sizeof(T) > alignof(T) ? sizeof(T) : alignof(T)) T value_{};
};

}  // namespace rill::detail
