// SPDX-License-Identifier: BSL-1.0
// What the ends of a channel share.
#pragma once

#include <cstddef>
#include <utility>

#include "rill/base/config.hpp"
#include "rill/sync/detail/hand_over.hpp"
#include "rill/sync/detail/item_stores.hpp"

namespace rill::detail {

[[noreturn]] void throw_channel_closed();
[[noreturn]] void throw_closed_end(const char* end);
std::size_t checked_capacity(std::ptrdiff_t capacity);

/// Kept by the ends and by those who wait; reference-counted in one thread.
template <class T>
class channel_state : public hand_over<T, fifo_store<T>> {
 public:
  explicit channel_state(std::size_t room) noexcept : capacity(room) {}
  channel_state(const channel_state&) = delete;
  channel_state& operator=(const channel_state&) = delete;

  bool at_end() const noexcept { return senders == 0 && !this->has_items(); }
  /// An item can go without a wait.
  bool has_room() const noexcept { return !this->takers.empty() || this->items.size() < capacity; }

  void close_sender() {
    if (--senders == 0) this->takers.fail_all(false);
  }
  void close_receiver() {
    if (--receivers != 0) return;
    this->items.clear();
    this->givers.fail_all(false);
  }

  std::size_t capacity;
  std::size_t senders = 0;
  std::size_t receivers = 0;
  std::size_t references = 0;
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
    if (state_ != nullptr && --state_->references == 0) [[unlikely]]
      end();
  }

  explicit operator bool() const noexcept { return state_ != nullptr; }
  channel_state<T>* operator->() const noexcept { return state_; }
  channel_state<T>& operator*() const noexcept { return *state_; }

 private:
  RILL_NOINLINE void end() noexcept { delete state_; }

  channel_state<T>* state_ = nullptr;
};

}  // namespace rill::detail
