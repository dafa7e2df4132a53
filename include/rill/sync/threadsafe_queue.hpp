// SPDX-License-Identifier: BSL-1.0
// threadsafe_queue: joins threads and the tasks of any loops. Both ends can be used everywhere.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "rill/base/config.hpp"
#include "rill/sync/basic_queue.hpp"
#include "rill/sync/detail/threadsafe_core.hpp"
#include "rill/sync/detail/threadsafe_items.hpp"
#include "rill/sync/detail/threadsafe_wait.hpp"
#include "rill/sync/sync_errors.hpp"

namespace rill {

// [threadsafe_queue]
/// Items between threads and tasks, in the order in which they were put. asyncio: none; janus.Queue
/// is one for Python, and its queue.Queue has the blocking half.
///
///     rill::threadsafe_queue<frame> frames(100);
///     frames.put_blocking(next_frame());                          // in a thread
///     while (auto frame = co_await frames.next()) show(*frame);   // in a task of any loop
///
/// Tasks and threads that wait are served in the order of their coming, and items are handed over:
/// nobody who comes later gets in between, and what was handed over is its owner's. What was handed
/// to a task whose loop is closed before it went on comes back, to the front.
/// **Threads**: everything may be called in any. What blocks must not be called where an event loop
/// runs: usage_error; its time limits are in real time. **Waiting** counts as external work of the
/// task's loop: a deadlock is not reported, and a virtual clock stands still meanwhile.
/// **Lifetime**: must outlive all calls; those who wait when it goes get a usage_error. T is moved
/// without exceptions, under a lock: its move constructor and its destructor must not use the
/// queue.
template <class T>
class threadsafe_queue {
  static_assert(std::is_nothrow_move_constructible_v<T>,
                "rill: the items of queues are moved about, which must not throw; put a "
                "std::unique_ptr to the item instead");
  class get_wait;

 public:
  using value_type = T;
  class put_awaiter;
  class get_awaiter;
  class next_awaiter;
  class join_awaiter;

  /// Holds `maxsize` items; no limit if that is zero or less.
  explicit threadsafe_queue(std::ptrdiff_t maxsize = 0)
      : items_(*new detail::threadsafe_items<T>(maxsize)) {}
  threadsafe_queue(const threadsafe_queue&) = delete;
  threadsafe_queue& operator=(const threadsafe_queue&) = delete;
  ~threadsafe_queue();

  /// Waits for room and puts an item. asyncio: put(). Suspends if there is no room, and after every
  /// 64 operations in any case. **Cancellation** leaves the queue with the item, one that is due
  /// before there is a wait, too; one that comes when the item is in strikes at the next await.
  /// **Throws** queue_shut_down.
  put_awaiter put(T item) { return put_awaiter(items_, std::move(item)); }
  /// Puts an item if there is room; else it stays where it is. asyncio: put_nowait(). Throws
  /// queue_shut_down.
  bool try_put(T&& item) { return put_now(item); }
  bool try_put(const T& item)
    requires std::is_copy_constructible_v<T>
  {
    T copy(item);
    return put_now(copy);
  }
  /// Puts an item; blocks the thread until there is room. Throws queue_shut_down, and usage_error
  /// where a loop runs.
  void put_blocking(T item) { static_cast<void>(put_in_thread(item, detail::for_ever)); }
  /// The same for a time; false if there was no room, and the item stays where it is.
  template <class Rep, class Period>
  bool try_put_for(T&& item, std::chrono::duration<Rep, Period> limit) {
    return put_in_thread(item, detail::limit_of(limit));
  }
  template <class Rep, class Period>
    requires std::is_copy_constructible_v<T>
  bool try_put_for(const T& item, std::chrono::duration<Rep, Period> limit) {
    T copy(item);
    return put_in_thread(copy, detail::limit_of(limit));
  }

  /// Waits for an item and takes it. asyncio: get(). Suspends if there is none, and after every 64
  /// operations in any case. **Cancellation** leaves the queue, one that is due before there is a
  /// wait, too; one that comes when an item was handed over, in whatever thread, strikes at the
  /// next await. **Throws** queue_shut_down when it is, and empty.
  get_awaiter get() { return get_awaiter(items_); }
  /// The same, and nothing when it is shut down and empty:
  ///
  ///     while (auto item = co_await items.next()) use(*item);
  next_awaiter next() { return next_awaiter(items_); }
  /// Takes an item if there is one. asyncio: get_nowait(). Throws queue_shut_down when it is, and
  /// empty.
  std::optional<T> try_get();
  /// Takes an item; blocks the thread until there is one. Throws queue_shut_down when it is, and
  /// empty; usage_error where a loop runs.
  T get_blocking();
  /// The same, and nothing when it is shut down and empty.
  std::optional<T> next_blocking();
  /// As get_blocking() for a time; nothing when that has passed.
  template <class Rep, class Period>
  std::optional<T> try_get_for(std::chrono::duration<Rep, Period> limit);

  /// Says that an item that was got has been dealt with. asyncio: task_done(). Throws usage_error
  /// if that has been said of all.
  void task_done() { items_.mark_done(); }
  /// Waits until that has been said of all that were put. asyncio: join().
  join_awaiter join() noexcept { return join_awaiter(items_); }
  /// The same; blocks the thread. Throws usage_error where a loop runs.
  void join_blocking() { static_cast<void>(join_in_thread(detail::for_ever)); }
  /// The same for a time; false when that has passed.
  template <class Rep, class Period>
  bool try_join_for(std::chrono::duration<Rep, Period> limit) {
    return join_in_thread(detail::limit_of(limit));
  }

  /// No more puts, also of those who wait; gets until it is empty, then none. Idempotent. With
  /// `immediate` the items are dropped, and count as dealt with. asyncio: shutdown(immediate).
  void shutdown(bool immediate = false) { items_.close(immediate, detail::party_stage::failed); }
  bool is_shut_down() const noexcept;

  /// How many there were a moment ago: other threads go on meanwhile.
  std::size_t size() const noexcept;
  bool empty() const noexcept { return size() == 0; }
  bool full() const noexcept { return maxsize() != 0 && size() >= maxsize(); }
  /// 0: no limit.
  std::size_t maxsize() const noexcept { return items_.maxsize; }
  /// Of one moment. Its `getters` and `putters` are tasks and threads.
  queue_stats stats() const noexcept;
  // [/threadsafe_queue]

 private:
  using party_stage = detail::party_stage;

  bool put_now(T& item);
  bool put_in_thread(T& item, std::int64_t limit);
  party_stage get_in_thread(detail::get_party<T>& me, std::int64_t limit);
  bool join_in_thread(std::int64_t limit);

  detail::threadsafe_items<T>& items_;  // shared with those who wait
};

/// What the ways to get share.
template <class T>
class threadsafe_queue<T>::get_wait : public detail::party_wait<detail::get_party<T>> {
  using base = detail::party_wait<detail::get_party<T>>;

 public:
  template <class Promise>
  RILL_PUBLISHING bool await_suspend(std::coroutine_handle<Promise> handle) {
    return this->begin(handle, items_->getters, [this] { return items_->get(*this); });
  }
  const char* describe() const noexcept override { return "threadsafe_queue (get)"; }

 protected:
  explicit get_wait(detail::threadsafe_items<T>& items) noexcept : base(items), items_(&items) {}
  ~get_wait() {
    this->leave();
    if (this->has_unused_grant()) items_->take_back(*this);
  }

 private:
  detail::threadsafe_items<T>* items_;
};

template <class T>
class [[nodiscard]] threadsafe_queue<T>::get_awaiter final : public get_wait {
 public:
  explicit get_awaiter(detail::threadsafe_items<T>& items) noexcept : get_wait(items) {}
  T await_resume() {
    detail::check_outcome(this->finish());
    return *std::move(this->item);
  }
};

template <class T>
class [[nodiscard]] threadsafe_queue<T>::next_awaiter final : public get_wait {
 public:
  explicit next_awaiter(detail::threadsafe_items<T>& items) noexcept : get_wait(items) {}
  std::optional<T> await_resume() {
    const party_stage outcome = this->finish();
    if (outcome != party_stage::failed) detail::check_outcome(outcome);
    return std::exchange(this->item, std::nullopt);
  }
};

template <class T>
class [[nodiscard]] threadsafe_queue<T>::put_awaiter final
    : public detail::party_wait<detail::put_party<T>> {
  using base = detail::party_wait<detail::put_party<T>>;

 public:
  put_awaiter(detail::threadsafe_items<T>& items, T&& item) noexcept
      : base(items), items_(&items), own_(std::move(item)) {
    this->source = &own_;
  }
  ~put_awaiter() { this->leave(); }  // before the item goes

  template <class Promise>
  RILL_PUBLISHING bool await_suspend(std::coroutine_handle<Promise> handle) {
    return this->begin(handle, items_->putters, [this] {
      party_stage outcome = party_stage::idle;
      const bool ended = items_->put(own_, outcome);
      if (ended) this->stage = outcome;
      return ended;
    });
  }
  void await_resume() { detail::check_outcome(this->finish()); }
  const char* describe() const noexcept override { return "threadsafe_queue (put)"; }

 private:
  detail::threadsafe_items<T>* items_;
  T own_;
};

template <class T>
class [[nodiscard]] threadsafe_queue<T>::join_awaiter final
    : public detail::party_wait<detail::waiting_party> {
 public:
  explicit join_awaiter(detail::threadsafe_core& core) noexcept
      : party_wait(core), joined_(&core) {}
  ~join_awaiter() { leave(); }

  template <class Promise>
  RILL_PUBLISHING bool await_suspend(std::coroutine_handle<Promise> handle) {
    return this->begin(handle, joined_->joiners, [this] { return joined_->unfinished == 0; });
  }
  void await_resume() { detail::check_outcome(this->finish()); }
  const char* describe() const noexcept override { return "threadsafe_queue (join)"; }

 private:
  detail::threadsafe_core* joined_;
};

template <class T>
threadsafe_queue<T>::~threadsafe_queue() {
  items_.close(true, party_stage::orphaned);
  items_.release();
}

template <class T>
bool threadsafe_queue<T>::put_now(T& item) {
  party_stage outcome = party_stage::idle;
  {
    const detail::core_guard guard(items_);
    if (!items_.put(item, outcome)) return false;
  }
  detail::check_outcome(outcome);
  return true;
}

template <class T>
bool threadsafe_queue<T>::put_in_thread(T& item, std::int64_t limit) {
  detail::check_may_block("a put that blocks", "put()");
  detail::put_party<T> me;
  me.source = &item;
  party_stage outcome = party_stage::idle;
  {
    detail::core_guard guard(items_);
    if (!items_.put(item, outcome) && limit != 0) {
      outcome = items_.block(items_.putters, me, limit);
      guard.dismiss();
    }
  }
  detail::check_outcome(outcome);
  return outcome == party_stage::granted;
}

template <class T>
detail::party_stage threadsafe_queue<T>::get_in_thread(detail::get_party<T>& me,
                                                       std::int64_t limit) {
  detail::check_may_block("a get that blocks", "get()");
  detail::core_guard guard(items_);
  if (!items_.get(me) && limit != 0) {
    items_.block(items_.getters, me, limit);
    guard.dismiss();
  }
  return me.stage;
}

template <class T>
std::optional<T> threadsafe_queue<T>::try_get() {
  detail::get_party<T> me;
  {
    const detail::core_guard guard(items_);
    if (!items_.get(me)) return std::nullopt;
  }
  detail::check_outcome(me.stage);
  return std::move(me.item);
}

template <class T>
T threadsafe_queue<T>::get_blocking() {
  detail::get_party<T> me;
  detail::check_outcome(get_in_thread(me, detail::for_ever));
  return *std::move(me.item);
}

template <class T>
std::optional<T> threadsafe_queue<T>::next_blocking() {
  detail::get_party<T> me;
  const party_stage outcome = get_in_thread(me, detail::for_ever);
  if (outcome != party_stage::failed) detail::check_outcome(outcome);
  return std::move(me.item);
}

template <class T>
template <class Rep, class Period>
std::optional<T> threadsafe_queue<T>::try_get_for(std::chrono::duration<Rep, Period> limit) {
  detail::get_party<T> me;
  detail::check_outcome(get_in_thread(me, detail::limit_of(limit)));
  return std::move(me.item);
}

template <class T>
bool threadsafe_queue<T>::join_in_thread(std::int64_t limit) {
  detail::check_may_block("a join that blocks", "join()");
  detail::waiting_party me;
  detail::core_guard guard(items_);
  if (items_.unfinished == 0) return true;
  if (limit == 0) return false;
  const party_stage outcome = items_.block(items_.joiners, me, limit);
  guard.dismiss();
  detail::check_outcome(outcome);
  return outcome == party_stage::granted;
}

template <class T>
bool threadsafe_queue<T>::is_shut_down() const noexcept {
  const detail::core_guard guard(items_);
  return items_.shut_down;
}

template <class T>
std::size_t threadsafe_queue<T>::size() const noexcept {
  const detail::core_guard guard(items_);
  return items_.size();
}

template <class T>
queue_stats threadsafe_queue<T>::stats() const noexcept {
  const detail::core_guard guard(items_);
  return {.size = items_.size(),
          .maxsize = items_.maxsize,
          .unfinished = items_.unfinished,
          .getters = items_.count(items_.getters),
          .putters = items_.count(items_.putters),
          .shut_down = items_.shut_down};
}

}  // namespace rill
