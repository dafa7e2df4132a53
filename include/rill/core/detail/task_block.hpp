// SPDX-License-Identifier: BSL-1.0
// The pooled block of a task<T>: control block, result, and for create_task(callable, args...) the
// callable.
#pragma once

#include <cstddef>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "rill/core/coro.hpp"
#include "rill/core/detail/task_state.hpp"
#include "rill/core/task.hpp"

namespace rill {
class context;
}

namespace rill::detail {

template <class T>
inline constexpr bool is_coro = false;
template <class T>
inline constexpr bool is_coro<coro<T>> = true;

/// Control block and room for the result.
template <class T>
class task_block : public task_state, public from_pool {
 public:
  explicit task_block(scheduler& owner) : task_block(owner, ops) {}

  [[no_unique_address]] value_slot<T> slot;  // none of void

  void begin(promise_base& outermost, bool eagerly) noexcept {
    if (eagerly) {
      this->start_eagerly(outermost);
    } else {
      this->start(outermost);
    }
  }

 protected:
  task_block(scheduler& owner, const future_ops& block_ops)
      : task_state(block_ops, owner, static_cast<std::uint16_t>(offset())) {}
  ~task_block() {
    if (status() == future_status::value) slot.destroy();
  }

  // Moves the outcome of the outermost coroutine here; its frame is destroyed afterwards.
  static void take_outcome(task_state& state) noexcept {
    auto& self = static_cast<task_block&>(state);
    auto& outermost = static_cast<promise<T>&>(self.outermost());
    if (outermost.outcome() == promise_outcome::error) {
      self.set_error_quietly(outermost.take_error());
      return;
    }
    try {
      self.slot.emplace_from(outermost.value());
      self.set_value_quietly();
    } catch (...) {
      self.set_error_quietly(std::current_exception());
    }
  }

 private:
  std::size_t offset() noexcept {
    return static_cast<std::size_t>(reinterpret_cast<char*>(&slot) -
                                    reinterpret_cast<char*>(static_cast<future_state*>(this)));
  }
  static void destroy(future_state& state) noexcept { delete &static_cast<task_block&>(state); }
  static constexpr future_ops ops{&destroy, &take_outcome};
};

/// A callable and its arguments, kept for as long as the coroutine runs.
template <class Callable, class... Args>
class call_payload {
 public:
  using result = std::invoke_result_t<Callable&, Args...>;

  template <class C, class... A>
  explicit call_payload(C&& callable, A&&... args)
      : callable_(std::forward<C>(callable)), args_(std::forward<A>(args)...) {}

  result invoke() {
    return std::apply(
        [this](Args&... args) -> result {
          return std::invoke(callable_, std::forward<Args>(args)...);
        },
        args_);
  }

 private:
  Callable callable_;
  std::tuple<Args...> args_;
};

template <class T, class Payload>
class task_block_with final : public task_block<T> {
 public:
  template <class... Parts>
  explicit task_block_with(scheduler& owner, Parts&&... parts)
      : task_block<T>(owner, ops), payload(std::forward<Parts>(parts)...) {}
  ~task_block_with() {
    if (payload_alive_) payload.~Payload();
  }

  union {
    Payload payload;
  };

 private:
  static void destroy(future_state& state) noexcept {
    delete &static_cast<task_block_with&>(state);
  }
  static void release_payload(task_state& state) noexcept {
    auto& self = static_cast<task_block_with&>(state);
    self.payload_alive_ = false;
    self.payload.~Payload();
  }
  static constexpr future_ops ops{&destroy, &task_block<T>::take_outcome, &release_payload};

  bool payload_alive_ = true;
};

/// Gives a block back whose coroutine could not be made.
class block_guard {
 public:
  explicit block_guard(future_state* block) noexcept : block_(block) {}
  block_guard(const block_guard&) = delete;
  block_guard& operator=(const block_guard&) = delete;
  ~block_guard() {
    if (block_ != nullptr) block_->release();
  }
  void dismiss() noexcept { block_ = nullptr; }

 private:
  future_state* block_;
};

/// What a task is to share. Throws usage_error for an eager start in one that is entered.
context_state& enterable(const context& given, bool eagerly);

template <class T, class Block, class Options>
task<T> start_block(Block* block, promise<T>& outermost, coro<T>& coroutine,
                    const Options& options) {
  block_guard guard(block);
  outermost.claim();
  if (options.context == nullptr) {
    block->copy_context();
  } else {
    block->share_context(enterable(*options.context, options.eager_start));
  }
  if (!options.name.empty()) block->set_name(options.name);
  guard.dismiss();
  coro_access::release(coroutine);
  block->begin(outermost, options.eager_start);
  return task_access::adopt<T>(*block);
}

}  // namespace rill::detail
