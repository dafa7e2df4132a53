// SPDX-License-Identifier: BSL-1.0
// basic_queue: what queue, lifo_queue and priority_queue share.
#pragma once

#include <coroutine>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include "rill/core/detail/wait_list.hpp"
#include "rill/sync/detail/hand_over.hpp"
#include "rill/sync/sync_errors.hpp"

namespace rill {

// [queue_stats]
/// What a queue tells about itself.
struct queue_stats {
  std::size_t size = 0;
  std::size_t maxsize = 0;     ///< 0: no limit
  std::size_t unfinished = 0;  ///< put, and not marked by task_done()
  std::size_t getters = 0;     ///< tasks that wait for an item
  std::size_t putters = 0;     ///< tasks that wait for room
  bool shut_down = false;
};
// [/queue_stats]

namespace detail {

/// The part that does not depend on types.
class queue_core {
 public:
  queue_core(const queue_core&) = delete;
  queue_core& operator=(const queue_core&) = delete;

  class join_awaiter;

 protected:
  explicit queue_core(std::ptrdiff_t maxsize) noexcept
      : maxsize_(maxsize <= 0 ? 0 : static_cast<std::size_t>(maxsize)) {}
  ~queue_core() = default;

  void mark_done();
  void drop_unfinished(std::size_t count);
  [[noreturn]] static void throw_shut_down();

  std::size_t maxsize_;
  std::size_t unfinished_ = 0;
  bool shut_down_ = false;
  wait_list joiners_;
};

class [[nodiscard]] queue_core::join_awaiter final : public list_waiter {
 public:
  explicit join_awaiter(queue_core& owner) noexcept : queue_(&owner) {}

  bool await_ready() const noexcept { return queue_->unfinished_ == 0; }
  template <class Promise>
  RILL_ALWAYS_INLINE bool await_suspend(std::coroutine_handle<Promise> handle) {
    return wait_in(queue_->joiners_, handle);
  }
  void await_resume() { check(); }
  const char* describe() const noexcept override { return "queue (join)"; }

 private:
  queue_core* queue_;
};

}  // namespace detail

// [basic_queue]
/// Items from tasks that put to tasks that get. asyncio: Queue; use queue, lifo_queue and
/// priority_queue.
///
/// Tasks that wait are served in the order of their coming, and items are handed over: what a get
/// has been given is its own, and what a put has been taken in is in. **Threads**: only on the
/// thread of its loop. **Lifetime**: must outlive those that wait; they get a usage_error
/// otherwise. T is moved without exceptions.
template <class T, class Store>
class basic_queue : private detail::queue_core {
  static_assert(std::is_nothrow_move_constructible_v<T>,
                "rill: the items of queues are moved about, which must not throw; put a "
                "std::unique_ptr to the item instead");

 public:
  using value_type = T;
  class put_awaiter;
  class get_awaiter;
  class next_awaiter;

  /// Holds `maxsize` items; no limit if that is zero or less.
  template <class... StoreArgs>
  explicit basic_queue(std::ptrdiff_t maxsize = 0, StoreArgs&&... store_args)
      : queue_core(maxsize), flow_{Store(std::forward<StoreArgs>(store_args)...), {}, {}} {}

  /// Waits for room and puts an item. asyncio: put(). Does not suspend when there is room.
  /// **Cancellation** leaves the queue with the item; one that comes when the item is in strikes at
  /// the next await. **Throws** queue_shut_down, usage_error when tasks of another loop wait.
  put_awaiter put(T item) { return put_awaiter(*this, std::move(item)); }
  /// Puts an item if there is room; else it stays where it is. asyncio: put_nowait(). Throws
  /// queue_shut_down.
  template <class U = T>
    requires std::is_constructible_v<T, U&&>
  bool try_put(U&& item) {
    if (shut_down_) throw_shut_down();
    if (full()) return false;
    flow_.reserve();  // before the item is touched
    accept(T(std::forward<U>(item)));
    return true;
  }

  /// Waits for an item and takes it. asyncio: get(). Does not suspend when there is one.
  /// **Cancellation** leaves the queue; one that comes when an item was handed over strikes at the
  /// next await. **Throws** queue_shut_down when it is, and empty; usage_error as put().
  get_awaiter get() { return get_awaiter(*this); }
  /// The same, and nothing when it is shut down and empty:
  ///
  ///     while (auto item = co_await items.next()) use(*item);
  next_awaiter next() { return next_awaiter(*this); }
  /// Takes an item if there is one. asyncio: get_nowait(). Throws queue_shut_down when it is, and
  /// empty.
  std::optional<T> try_get() {
    if (flow_.has_items()) return take();
    if (shut_down_) throw_shut_down();
    return std::nullopt;
  }

  /// Says that an item that was got has been dealt with. asyncio: task_done(). Throws usage_error
  /// if that has been said of all.
  void task_done() { mark_done(); }
  /// Waits until that has been said of all that were put. asyncio: join().
  detail::queue_core::join_awaiter join() noexcept { return join_awaiter(*this); }

  /// No more puts, also of those who wait; gets until it is empty, then none. Idempotent. With
  /// `immediate` the items are dropped, and count as dealt with. asyncio: shutdown(immediate).
  void shutdown(bool immediate = false);
  bool is_shut_down() const noexcept { return shut_down_; }

  std::size_t size() const noexcept { return flow_.items.size(); }
  bool empty() const noexcept { return size() == 0; }
  bool full() const noexcept { return maxsize_ != 0 && size() >= maxsize_; }
  /// 0: no limit.
  std::size_t maxsize() const noexcept { return maxsize_; }
  queue_stats stats() const noexcept {
    return {.size = size(),
            .maxsize = maxsize_,
            .unfinished = unfinished_,
            .getters = flow_.takers.size(),
            .putters = flow_.givers.size(),
            .shut_down = shut_down_};
  }
  // [/basic_queue]

 private:
  class get_wait;

  void accept(T&& item) {
    flow_.accept(std::move(item));
    ++unfinished_;
  }
  T take() {
    const bool refills = !flow_.givers.empty();
    T item = flow_.take();
    if (refills) ++unfinished_;
    return item;
  }

  detail::hand_over<T, Store> flow_;
};

/// What the ways to get share: a wait, and the item that was handed over.
template <class T, class Store>
class basic_queue<T, Store>::get_wait : public detail::taking_waiter<T> {
 public:
  get_wait(const get_wait&) = delete;
  get_wait& operator=(const get_wait&) = delete;

  template <class Promise>
  RILL_ALWAYS_INLINE bool await_suspend(std::coroutine_handle<Promise> handle) {
    return this->wait_in(queue_->flow_.takers, handle);
  }
  const char* describe() const noexcept override { return "queue (get)"; }

 protected:
  explicit get_wait(basic_queue& owner) noexcept : queue_(&owner) {}
  ~get_wait() {
    if (this->is_linked()) [[unlikely]]
      this->leave_with_loop(queue_->flow_);
  }

  bool take_at_once() {
    this->forget_item();
    if (queue_->empty()) return queue_->shut_down_;
    this->item.emplace(queue_->take());
    return true;
  }

  basic_queue* queue_;
};

template <class T, class Store>
class [[nodiscard]] basic_queue<T, Store>::get_awaiter final : public get_wait {
 public:
  explicit get_awaiter(basic_queue& owner) noexcept : get_wait(owner) {}
  bool await_ready() { return this->take_at_once(); }
  T await_resume() {
    this->check();
    if (!this->item) throw_shut_down();
    return *std::move(this->item);
  }
};

template <class T, class Store>
class [[nodiscard]] basic_queue<T, Store>::next_awaiter final : public get_wait {
 public:
  explicit next_awaiter(basic_queue& owner) noexcept : get_wait(owner) {}
  bool await_ready() { return this->take_at_once(); }
  std::optional<T> await_resume() {
    this->check();
    return this->give_item();
  }
};

template <class T, class Store>
class [[nodiscard]] basic_queue<T, Store>::put_awaiter final : public detail::giving_waiter<T> {
 public:
  put_awaiter(basic_queue& owner, T&& given) noexcept
      : detail::giving_waiter<T>(std::move(given)), queue_(&owner) {}
  put_awaiter(const put_awaiter&) = delete;
  put_awaiter& operator=(const put_awaiter&) = delete;

  bool await_ready() {
    if (queue_->shut_down_) throw_shut_down();
    if (queue_->full()) return false;
    queue_->flow_.reserve();
    queue_->accept(std::move(this->item));
    return true;
  }
  template <class Promise>
  RILL_ALWAYS_INLINE bool await_suspend(std::coroutine_handle<Promise> handle) {
    return this->wait_in(queue_->flow_.givers, handle);
  }
  void await_resume() {
    this->check();
    if (this->failed()) throw_shut_down();
  }
  const char* describe() const noexcept override { return "queue (put)"; }

 private:
  basic_queue* queue_;
};

template <class T, class Store>
void basic_queue<T, Store>::shutdown(bool immediate) {
  shut_down_ = true;
  if (immediate) {
    const std::size_t dropped = size();
    flow_.items.clear();
    drop_unfinished(dropped);
  }
  flow_.givers.fail_all(false);
  flow_.takers.fail_all(false);
}

}  // namespace rill
