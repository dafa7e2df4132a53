// SPDX-License-Identifier: BSL-1.0
// atomic_ref: std's, or, where the standard library has none (libc++ before 19), one that does what
// the library needs.
#pragma once

#include <atomic>
#include <type_traits>

#include "rill/base/config.hpp"

namespace rill::detail {

/// What stands in for the standard's; sequentially consistent, as that is unasked.
template <class T>
class own_atomic_ref {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  static constexpr bool is_always_lock_free = __atomic_always_lock_free(sizeof(T), nullptr);

  explicit own_atomic_ref(T& referred) noexcept : referred_(&referred) {}

  T load() const noexcept {
    T value;
    __atomic_load(referred_, &value, __ATOMIC_SEQ_CST);
    return value;
  }
  void store(T desired) const noexcept { __atomic_store(referred_, &desired, __ATOMIC_SEQ_CST); }
  T exchange(T desired) const noexcept {
    T before;
    __atomic_exchange(referred_, &desired, &before, __ATOMIC_SEQ_CST);
    return before;
  }
  bool compare_exchange_strong(T& expected, T desired) const noexcept {
    return __atomic_compare_exchange(referred_, &expected, &desired, false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST);
  }
  T fetch_add(T amount) const noexcept
    requires(std::is_integral_v<T>)
  {
    return __atomic_fetch_add(referred_, amount, __ATOMIC_SEQ_CST);
  }
  T fetch_add(T amount) const noexcept
    requires(std::is_floating_point_v<T>)
  {
    T before = load();
    while (!compare_exchange_strong(before, before + amount)) {
    }
    return before;
  }
  T fetch_sub(T amount) const noexcept
    requires(std::is_integral_v<T>)
  {
    return __atomic_fetch_sub(referred_, amount, __ATOMIC_SEQ_CST);
  }
  T fetch_sub(T amount) const noexcept
    requires(std::is_floating_point_v<T>)
  {
    return fetch_add(-amount);
  }
  T operator++() const noexcept { return fetch_add(1) + 1; }
  operator T() const noexcept { return load(); }
  T operator=(T desired) const noexcept {
    store(desired);
    return desired;
  }

 private:
  T* referred_;
};

#if RILL_HAS_ATOMIC_REF
template <class T>
using atomic_ref = std::atomic_ref<T>;
#else
template <class T>
using atomic_ref = own_atomic_ref<T>;
#endif

}  // namespace rill::detail
