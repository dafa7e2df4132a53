// SPDX-License-Identifier: BSL-1.0
// Done-callbacks of futures: pooled nodes that move from the future's list to the ready queue.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "rill/core/detail/context_slot.hpp"
#include "rill/core/detail/frame_pool.hpp"
#include "rill/core/detail/future_state.hpp"

namespace rill {
class any_future;
}

namespace rill::detail {

/// Links a callback to its future; once fired it waits in the ready queue and holds a reference.
class done_callback : public future_waiter, public ready_node {
 public:
  std::uintptr_t identity() const noexcept { return identity_; }
  virtual void destroy() noexcept = 0;

 protected:
  explicit done_callback(std::uintptr_t identity) noexcept;
  virtual ~done_callback();
  virtual void call(const any_future& done) = 0;

 private:
  friend std::uintptr_t register_done_callback(future_state& state,
                                               done_callback& callback) noexcept;
  friend std::size_t remove_done_callback(future_state& state, std::uintptr_t id) noexcept;
  friend void drop_done_callbacks(future_state& state) noexcept;

  static void on_done(future_waiter& waiter, future_state& state) noexcept;
  static void run(ready_node& node) noexcept;
  static void drop(ready_node& node) noexcept;
  static const ready_ops ops_table;

  std::uintptr_t identity_;  // the function's address, or the node's own
  future_state* state_ = nullptr;
  context_slot context_;
};

template <class Callback>
class done_callback_of final : public done_callback, public from_pool {
 public:
  done_callback_of(Callback callback,
                   std::uintptr_t identity) noexcept(std::is_nothrow_move_constructible_v<Callback>)
      : done_callback(identity), callback_(std::move(callback)) {}

 private:
  void call(const any_future& done) override {
    if constexpr (std::invocable<Callback&, const any_future&>) {
      callback_(done);
    } else {
      callback_();
    }
  }
  void destroy() noexcept override { delete this; }

  Callback callback_;
};

/// Registers, or queues at once when the future is done. Returns the identity.
std::uintptr_t register_done_callback(future_state& state, done_callback& callback) noexcept;
std::size_t remove_done_callback(future_state& state, std::uintptr_t id) noexcept;
/// Destroys the callbacks of a future that nobody can complete any more.
void drop_done_callbacks(future_state& state) noexcept;

template <class Callback>
std::uintptr_t add_done_callback(future_state& state, Callback callback) {
  static_assert(std::invocable<Callback&, const any_future&> || std::invocable<Callback&>,
                "rill: a done-callback takes nothing or an any_future");
  std::uintptr_t identity = 0;
  if constexpr (std::is_pointer_v<Callback>) identity = reinterpret_cast<std::uintptr_t>(callback);
  return register_done_callback(state,
                                *new done_callback_of<Callback>(std::move(callback), identity));
}

}  // namespace rill::detail
