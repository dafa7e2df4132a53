// SPDX-License-Identifier: BSL-1.0
// shared_value: one value in memory that this process and its workers share.
#pragma once

#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "rill/base/detail/atomic_ref.hpp"
#include "rill/exec/detail/shared_segment.hpp"
#include "rill/loop/clock.hpp"

namespace rill {

// [shareable]
/// What can lie in memory that processes share: its bytes are its value, and it has no pointers
/// (which a type cannot tell; a pointer in it means nothing elsewhere).
template <class T>
concept shareable = std::is_trivially_copyable_v<T> && std::is_object_v<T> && !std::is_const_v<T> &&
                    !std::is_pointer_v<T> && std::default_initializable<T>;
// [/shareable]

// [shared_guard]
/// Holds the lock of a shared_value; `*` and `->` give the value. The lock is released when the
/// guard goes, on every way out.
template <class T>
class [[nodiscard]] shared_guard {
 public:
  shared_guard(detail::segment_lock lock, T& value) noexcept
      : lock_(std::move(lock)), value_(&value) {}

  T& operator*() const noexcept { return *value_; }
  T* operator->() const noexcept { return value_; }
  /// True if the last holder died with the lock: it may have left its change half done.
  bool recovered() const noexcept { return lock_.recovered(); }
  /// Releases it now. The value must not be used through the guard from then on.
  void unlock() noexcept { lock_.unlock(); }
  // [/shared_guard]

 private:
  detail::segment_lock lock_;
  T* value_;
};

// [shared_value]
/// A value in memory that this process and its workers share. multiprocessing: Value.
///
///     rill::shared_value<long> done(0);
///     pool.submit<&count_words>(chunk, done);  // it takes a std::string and a shared_value<long>
///     done.fetch_add(1);                       // there and here: one step that nobody splits
///     *done.lock() += 1;                       // any change, under the lock
///
/// A handle: copies refer to the same value, also those that a job gets as an argument (by value or
/// const reference) or from the pool's initializer, or that it returns. The memory goes with the
/// last handle of the last process, however the processes end.
///
/// Reach it either in atomic steps or under the lock; atomic steps do not wait for the lock.
/// Locking **blocks** the thread: hold it shortly, and never across an await. A holder that dies
/// gives the lock up, see shared_guard::recovered(). **Threads and processes**: any. **Throws**
/// std::system_error when there is no memory or no descriptor; usage_error when a thread locks
/// what it has locked. All but assignment, destruction and operator bool require a value.
template <shareable T>
class shared_value {
 public:
  using value_type = T;

  /// Refers to nothing.
  shared_value() noexcept = default;
  explicit shared_value(const T& initial)
      : segment_(detail::shared_segment::create(1, sizeof(T), typeid(T))) {
    ::new (segment_->data()) T(initial);
  }
  explicit operator bool() const noexcept { return segment_ != nullptr; }

  /// Blocks until it has the lock.
  shared_guard<T> lock() const {
    detail::segment_lock lock(segment_);
    return shared_guard<T>(std::move(lock), value());
  }
  /// Does not wait; nothing if somebody else has it.
  std::optional<shared_guard<T>> try_lock() const { return guard_of(segment_->try_lock()); }
  /// Blocks for at most so long, by the system's clock.
  template <class Rep, class Period>
  std::optional<shared_guard<T>> try_lock_for(std::chrono::duration<Rep, Period> limit) const {
    return guard_of(segment_->try_lock_for(detail::to_nanoseconds(limit)));
  }

  /// Atomic steps, for types that the processor has them for (up to 8 bytes). multiprocessing has
  /// none.
  T load() const noexcept
    requires(detail::atomic_ref<T>::is_always_lock_free)
  {
    return detail::atomic_ref<T>(value()).load();
  }
  void store(T desired) const noexcept
    requires(detail::atomic_ref<T>::is_always_lock_free)
  {
    detail::atomic_ref<T>(value()).store(desired);
  }
  /// Gives the value before.
  T exchange(T desired) const noexcept
    requires(detail::atomic_ref<T>::is_always_lock_free)
  {
    return detail::atomic_ref<T>(value()).exchange(desired);
  }
  /// Sets it if it is `expected`, which becomes what it was. True if it was set.
  bool compare_exchange(T& expected, T desired) const noexcept
    requires(detail::atomic_ref<T>::is_always_lock_free)
  {
    return detail::atomic_ref<T>(value()).compare_exchange_strong(expected, desired);
  }
  /// Adds, and gives the value before.
  T fetch_add(T amount) const noexcept
    requires(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>)
  {
    return detail::atomic_ref<T>(value()).fetch_add(amount);
  }
  // [/shared_value]

  template <detail::sends_handles Archive>
  friend void save(Archive& to, const shared_value& shared) {
    to(static_cast<bool>(shared));
    if (shared) to.save_handle(shared.segment_->handle(), shared.segment_);
  }
  template <detail::receives_handles Archive>
  friend void load(Archive& from, shared_value& shared) {
    bool has_value = false;
    from(has_value);
    if (has_value) shared.segment_ = detail::shared_segment::open(from.load_handle(), typeid(T));
  }

 private:
  T& value() const noexcept { return *static_cast<T*>(segment_->data()); }
  std::optional<shared_guard<T>> guard_of(detail::shared_segment::attempt how) const {
    detail::segment_lock lock(segment_, how);
    if (!lock) return std::nullopt;
    return shared_guard<T>(std::move(lock), value());
  }

  std::shared_ptr<detail::shared_segment> segment_;
};

}  // namespace rill
