// SPDX-License-Identifier: BSL-1.0
// shared_array: many values in memory that this process and its workers share.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <typeinfo>
#include <utility>

#include "rill/base/detail/atomic_ref.hpp"
#include "rill/exec/detail/shared_segment.hpp"
#include "rill/exec/shared_value.hpp"
#include "rill/loop/clock.hpp"

namespace rill {

// [shared_array_guard]
/// Holds the lock of a shared_array; a range of its items.
template <class T>
class [[nodiscard]] shared_array_guard {
 public:
  shared_array_guard(detail::segment_lock lock, std::span<T> items) noexcept
      : lock_(std::move(lock)), items_(items) {}

  T& operator[](std::size_t place) const noexcept { return items_[place]; }
  auto begin() const noexcept { return items_.begin(); }
  auto end() const noexcept { return items_.end(); }
  std::size_t size() const noexcept { return items_.size(); }
  /// True if the last holder died with the lock: it may have left its change half done.
  bool recovered() const noexcept { return lock_.recovered(); }
  /// Releases it now. The items must not be used through the guard from then on.
  void unlock() noexcept { lock_.unlock(); }
  // [/shared_array_guard]

 private:
  detail::segment_lock lock_;
  std::span<T> items_;
};

// [shared_array]
/// An array of fixed size in memory that this process and its workers share. multiprocessing:
/// Array. What shared_value says of handles, locking and errors holds here too.
///
///     rill::shared_array<double> means(rows);
///     pool.submit<&mean_of_row>(row, means);   // means.span()[row] = ...; each job its own item
///
/// Large data that every job reads goes to the workers once this way, and is never copied.
template <shareable T>
class shared_array {
 public:
  using value_type = T;

  /// Refers to nothing.
  shared_array() noexcept = default;
  /// So many value-initialized items.
  explicit shared_array(std::size_t size)
      : segment_(detail::shared_segment::create(size, sizeof(T), typeid(T[]))) {
    // The segment tells how many: GCC 12 warns of a count that it knows, which create() refuses.
    std::uninitialized_value_construct_n(static_cast<T*>(segment_->data()), segment_->count());
  }
  explicit operator bool() const noexcept { return segment_ != nullptr; }
  std::size_t size() const noexcept { return segment_->count(); }

  /// All items, without a lock: for items that one process at a time touches.
  std::span<T> span() const noexcept { return {static_cast<T*>(segment_->data()), size()}; }

  /// Blocks until it has the lock, which is one for all items.
  shared_array_guard<T> lock() const {
    detail::segment_lock lock(segment_);
    return shared_array_guard<T>(std::move(lock), span());
  }
  /// Does not wait; nothing if somebody else has it.
  std::optional<shared_array_guard<T>> try_lock() const { return guard_of(segment_->try_lock()); }
  /// Blocks for at most so long, by the system's clock.
  template <class Rep, class Period>
  std::optional<shared_array_guard<T>> try_lock_for(
      std::chrono::duration<Rep, Period> limit) const {
    return guard_of(segment_->try_lock_for(detail::to_nanoseconds(limit)));
  }

  /// Atomic access to one item: a std::atomic_ref, or the like of it where the standard library
  /// has none. Requires: place < size().
  detail::atomic_ref<T> atomic(std::size_t place) const noexcept
    requires(detail::atomic_ref<T>::is_always_lock_free)
  {
    return detail::atomic_ref<T>(span()[place]);
  }
  // [/shared_array]

  template <detail::sends_handles Archive>
  friend void save(Archive& to, const shared_array& shared) {
    to(static_cast<bool>(shared));
    if (shared) to.save_handle(shared.segment_->handle(), shared.segment_);
  }
  template <detail::receives_handles Archive>
  friend void load(Archive& from, shared_array& shared) {
    bool has_items = false;
    from(has_items);
    if (has_items) shared.segment_ = detail::shared_segment::open(from.load_handle(), typeid(T[]));
  }

 private:
  std::optional<shared_array_guard<T>> guard_of(detail::shared_segment::attempt how) const {
    detail::segment_lock lock(segment_, how);
    if (!lock) return std::nullopt;
    return shared_array_guard<T>(std::move(lock), span());
  }

  std::shared_ptr<detail::shared_segment> segment_;
};

}  // namespace rill
