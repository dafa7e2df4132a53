// SPDX-License-Identifier: BSL-1.0
// What the ends of a channel share.
#pragma once

#include <coroutine>
#include <cstddef>
#include <new>
#include <optional>
#include <utility>

#include "rill/base/detail/ring_buffer.hpp"
#include "rill/core/detail/wait_list.hpp"

namespace rill::detail {

[[noreturn]] void throw_channel_closed();
[[noreturn]] void throw_closed_end(const char* end);
std::size_t checked_capacity(std::ptrdiff_t capacity);

/// A task that waits to send; it has the item until that is taken.
template <class T>
struct channel_send : list_waiter {
  T item;

 protected:
  explicit channel_send(T&& given) noexcept : item(std::move(given)) {}
  ~channel_send() = default;
};

/// A task that waits to receive.
template <class T>
struct channel_receive : list_waiter {
  std::optional<T> item;

 protected:
  channel_receive() noexcept = default;
  ~channel_receive() = default;
};

/// Kept by the ends and by those who wait; reference-counted in one thread.
template <class T>
class channel_state {
 public:
  explicit channel_state(std::size_t room) noexcept : capacity(room) {}
  channel_state(const channel_state&) = delete;
  channel_state& operator=(const channel_state&) = delete;

  bool at_end() const noexcept { return senders == 0 && items.empty() && sending.empty(); }
  /// An item can go without a wait.
  bool has_room() const noexcept { return !receiving.empty() || items.size() < capacity; }

  /// Requires: has_room().
  void accept(T&& item) {
    if (receiving.empty()) {
      items.reserve_one();
      items.push_back(std::move(item));
      return;
    }
    auto& first = static_cast<channel_receive<T>&>(receiving.front());
    receiving.grant_first();
    first.item.emplace(std::move(item));
  }

  /// The next item, if there is one; who waits to send sends his.
  std::optional<T> take() {
    if (items.empty() && sending.empty()) return std::nullopt;
    if (sending.empty()) return items.pop_front();
    items.reserve_one();
    auto& first = static_cast<channel_send<T>&>(sending.front());
    sending.grant_first();
    items.push_back(std::move(first.item));
    return items.pop_front();
  }

  /// The loop of the receiver has ended, and the item is in time for the next.
  void give_back(T&& item) noexcept {
    try {
      items.reserve_one();
      items.push_front(std::move(item));
    } catch (const std::bad_alloc&) {  // it goes with the loop
    }
  }

  void close_sender() {
    if (--senders == 0) receiving.fail_all(false);
  }
  void close_receiver() {
    if (--receivers != 0) return;
    items.clear();
    sending.fail_all(false);
  }

  std::size_t capacity;
  std::size_t senders = 0;
  std::size_t receivers = 0;
  std::size_t references = 0;
  ring_buffer<T> items;
  wait_list sending;
  wait_list receiving;
};

template <class T>
class channel_ref {
 public:
  channel_ref() noexcept = default;
  explicit channel_ref(channel_state<T>* state) noexcept : state_(state) { ++state_->references; }
  channel_ref(const channel_ref& other) noexcept : state_(other.state_) {
    if (state_ != nullptr) ++state_->references;
  }
  channel_ref(channel_ref&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  channel_ref& operator=(channel_ref other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~channel_ref() {
    if (state_ != nullptr && --state_->references == 0) delete state_;
  }

  explicit operator bool() const noexcept { return state_ != nullptr; }
  channel_state<T>* operator->() const noexcept { return state_; }

 private:
  channel_state<T>* state_ = nullptr;
};

}  // namespace rill::detail
