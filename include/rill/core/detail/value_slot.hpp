// SPDX-License-Identifier: BSL-1.0
// Raw room for one result: the owner keeps track of whether a value is in it.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace rill::detail {

/// Room for a T (a pointer for T&, nothing for void). The owner says when it holds a value.
template <class T>
class value_slot {
 public:
  static_assert(
      alignof(T) <= alignof(std::max_align_t),
      "rill: results with extended alignment are not supported in coroutine frames; return a "
      "std::unique_ptr to the object instead");

  value_slot() noexcept {}
  value_slot(const value_slot&) = delete;
  value_slot& operator=(const value_slot&) = delete;
  ~value_slot() {}

  template <class... Args>
  void emplace(Args&&... args) {
    ::new (static_cast<void*>(__builtin_addressof(value_))) T(std::forward<Args>(args)...);
  }
  T& get() noexcept { return value_; }
  T take() { return std::move(value_); }
  void destroy() noexcept { value_.~T(); }
  /// Moves the value of `other` here. Requires: this one is empty.
  void emplace_from(value_slot& other) { emplace(std::move(other.value_)); }

 private:
  union {
    T value_;
  };
};

template <class T>
class value_slot<T&> {
 public:
  void emplace(T& referred) noexcept { pointer_ = __builtin_addressof(referred); }
  T& get() noexcept { return *pointer_; }
  T& take() noexcept { return *pointer_; }
  void destroy() noexcept {}
  void emplace_from(value_slot& other) noexcept { pointer_ = other.pointer_; }

 private:
  T* pointer_ = nullptr;
};

template <>
class value_slot<void> {
 public:
  void emplace() noexcept {}
  void get() noexcept {}
  void take() noexcept {}
  void destroy() noexcept {}
  void emplace_from(value_slot& /*other*/) noexcept {}
};

}  // namespace rill::detail
