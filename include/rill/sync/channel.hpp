// SPDX-License-Identifier: BSL-1.0
// channel: a queue whose two ends are separate, and know when the other one has gone.
#pragma once

#include <coroutine>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include "rill/sync/detail/channel_state.hpp"

namespace rill {

// [channel_stats]
/// What a channel tells about itself.
struct channel_stats {
  std::size_t size = 0;
  std::size_t capacity = 0;
  std::size_t senders = 0;  ///< ends that are open
  std::size_t receivers = 0;
  std::size_t sending = 0;    ///< tasks that wait for room, or for somebody who receives
  std::size_t receiving = 0;  ///< tasks that wait for an item
};
// [/channel_stats]

template <class T>
class channel;

namespace detail {

/// What both ends share: a reference, and a name for complaints.
template <class T>
class channel_end {
 public:
  /// False for an end that is closed, or was moved from.
  explicit operator bool() const noexcept { return static_cast<bool>(state_); }

  channel_stats stats() const {
    const channel_ref<T>& state = checked("end");
    return {.size = state->items.size(),
            .capacity = state->capacity,
            .senders = state->senders,
            .receivers = state->receivers,
            .sending = state->givers.size(),
            .receiving = state->takers.size()};
  }

 protected:
  channel_end() noexcept = default;
  explicit channel_end(channel_ref<T> state) noexcept : state_(std::move(state)) {}

  const channel_ref<T>& checked(const char* name) const {
    if (!state_) throw_closed_end(name);
    return state_;
  }

  channel_ref<T> state_;
};

}  // namespace detail

// [sender]
/// The end of a channel that sends. asyncio: none; trio: MemorySendChannel.
///
/// Copies are further ends; when the last one goes, receivers come to the end. **Threads**: only on
/// the thread of its loop. A call of an end that is closed throws usage_error.
template <class T>
class sender : public detail::channel_end<T> {
 public:
  class send_awaiter;

  /// An end of no channel.
  sender() noexcept = default;
  sender(const sender& other) noexcept : sender(other.state_) {}
  sender(sender&& other) noexcept = default;
  sender& operator=(sender other) noexcept {
    std::swap(this->state_, other.state_);
    return *this;
  }
  ~sender() { close(); }

  /// Waits for room, or, with a capacity of 0, for somebody who receives, and sends.
  /// **Cancellation** takes the item back; one that comes when it was sent strikes at the next
  /// await. **Throws** channel_closed when no receiver is left, usage_error when tasks of another
  /// loop wait.
  send_awaiter send(T item) const { return send_awaiter(this->checked("sender"), std::move(item)); }
  /// Sends if that needs no wait; else the item stays where it is. Throws channel_closed.
  template <class U = T>
    requires std::is_constructible_v<T, U&&>
  bool try_send(U&& item) const {
    const detail::channel_ref<T>& state = this->checked("sender");
    if (state->receivers == 0) detail::throw_channel_closed();
    if (!state->has_room()) return false;
    state->reserve();  // before the item is touched
    state->accept(T(std::forward<U>(item)));
    return true;
  }

  /// Closes this end. Idempotent.
  void close() noexcept {
    if (this->state_) this->state_->close_sender();
    this->state_ = {};
  }
  // [/sender]

 private:
  friend class channel<T>;
  explicit sender(detail::channel_ref<T> state) noexcept
      : detail::channel_end<T>(std::move(state)) {
    if (this->state_) ++this->state_->senders;
  }
};

// [receiver]
/// The end of a channel that receives. asyncio: none; trio: MemoryReceiveChannel.
///
///     while (auto item = co_await orders.next()) cook(*item);
///
/// Copies are further ends: each item goes to one of those who wait. When the last one goes,
/// senders get a channel_closed, and what is left is dropped. **Threads**: only on the thread of
/// its loop. A call of an end that is closed throws usage_error.
template <class T>
class receiver : public detail::channel_end<T> {
 public:
  class next_awaiter;

  /// An end of no channel.
  receiver() noexcept = default;
  receiver(const receiver& other) noexcept : receiver(other.state_) {}
  receiver(receiver&& other) noexcept = default;
  receiver& operator=(receiver other) noexcept {
    std::swap(this->state_, other.state_);
    return *this;
  }
  ~receiver() { close(); }

  /// Waits for an item; nothing when no sender is left and all have been received. **Cancellation**
  /// leaves the queue; one that comes when an item was handed over strikes at the next await.
  /// **Throws** usage_error when tasks of another loop wait.
  next_awaiter next() const { return next_awaiter(this->checked("receiver")); }
  /// Takes an item if there is one.
  std::optional<T> try_next() const {
    const detail::channel_ref<T>& state = this->checked("receiver");
    if (!state->has_items()) return std::nullopt;
    return state->take();
  }
  /// Whether nothing can come any more.
  bool at_end() const { return this->checked("receiver")->at_end(); }

  /// Closes this end. Idempotent.
  void close() noexcept {
    if (this->state_) this->state_->close_receiver();
    this->state_ = {};
  }
  // [/receiver]

 private:
  friend class channel<T>;
  explicit receiver(detail::channel_ref<T> state) noexcept
      : detail::channel_end<T>(std::move(state)) {
    if (this->state_) ++this->state_->receivers;
  }
};

// [channel]
/// A queue with two ends that can be given to different owners. asyncio: none; trio:
/// open_memory_channel().
///
///     auto [orders_out, orders_in] = rill::channel<order>(10);
///
/// First in, first out, and handed over to those who wait in the order of their coming. One
/// allocation. T is moved without exceptions.
template <class T>
class channel {
  static_assert(std::is_nothrow_move_constructible_v<T>,
                "rill: the items of channels are moved about, which must not throw; send a "
                "std::unique_ptr to the item instead");

 public:
  /// Holds `capacity` items; with 0, a send waits until somebody receives. Throws
  /// std::invalid_argument if it is negative.
  explicit channel(std::ptrdiff_t capacity) : channel(make(capacity)) {}

  sender<T> out;
  receiver<T> in;
  // [/channel]

 private:
  static detail::channel_ref<T> make(std::ptrdiff_t capacity) {
    return detail::channel_ref<T>(new detail::channel_state<T>(detail::checked_capacity(capacity)));
  }
  explicit channel(const detail::channel_ref<T>& state)
      : out(sender<T>(state)), in(receiver<T>(state)) {}
};

template <class T>
class [[nodiscard]] sender<T>::send_awaiter final : public detail::giving_waiter<T> {
 public:
  send_awaiter(detail::channel_ref<T> state, T&& given) noexcept
      : detail::giving_waiter<T>(std::move(given)), state_(std::move(state)) {}

  bool await_ready() {
    if (state_->receivers == 0) detail::throw_channel_closed();
    if (!state_->has_room()) return false;
    state_->reserve();
    state_->accept(std::move(this->item));
    return true;
  }
  template <class Promise>
  RILL_ALWAYS_INLINE bool await_suspend(std::coroutine_handle<Promise> handle) {
    return this->wait_in(state_->givers, handle);
  }
  void await_resume() {
    this->check();
    if (this->failed()) detail::throw_channel_closed();
  }
  const char* describe() const noexcept override { return "channel (send)"; }

 private:
  detail::channel_ref<T> state_;
};

template <class T>
class [[nodiscard]] receiver<T>::next_awaiter final : public detail::taking_waiter<T> {
 public:
  explicit next_awaiter(detail::channel_ref<T> state) noexcept : state_(std::move(state)) {}
  next_awaiter(const next_awaiter&) = delete;
  next_awaiter& operator=(const next_awaiter&) = delete;
  ~next_awaiter() {
    if (this->is_linked()) [[unlikely]]
      this->leave_with_loop(*state_);
  }

  bool await_ready() {
    this->forget_item();
    if (!state_->has_items()) return state_->senders == 0;
    this->item.emplace(state_->take());
    return true;
  }
  template <class Promise>
  RILL_ALWAYS_INLINE bool await_suspend(std::coroutine_handle<Promise> handle) {
    return this->wait_in(state_->takers, handle);
  }
  std::optional<T> await_resume() {
    this->check();
    return this->give_item();
  }
  const char* describe() const noexcept override { return "channel (receive)"; }

 private:
  detail::channel_ref<T> state_;
};

}  // namespace rill
