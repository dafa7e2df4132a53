// SPDX-License-Identifier: BSL-1.0
// Where the values of context variables are: a block that contexts share until one of them sets a
// variable. docs/design/context.md tells the whole model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "rill/base/detail/atomic.hpp"
#include "rill/core/detail/frame_pool.hpp"
#include "rill/core/detail/future_state.hpp"
#include "rill/core/scheduler.hpp"

namespace rill::detail {

/// A value of a variable, never changed; shared by contexts, maybe of several threads.
class context_value {
 public:
  context_value(const context_value&) = delete;
  context_value& operator=(const context_value&) = delete;

  void add_reference() noexcept { references_.fetch_add_relaxed(1); }
  void release() noexcept {
    if (references_.fetch_sub(1) == 1) destroy();
  }

 protected:
  context_value() noexcept = default;
  virtual ~context_value() = default;
  virtual void destroy() noexcept = 0;

 private:
  atomic<std::uint32_t> references_{1};
};

/// The values of one context; copied for the price of a count. Null while nothing was ever set.
class context_slot {
 public:
  context_slot() noexcept = default;
  /// Another context with the same values.
  context_slot(const context_slot& other) noexcept : block_(other.block_) {
    if (block_ != nullptr) add_reference(*block_);
  }
  context_slot& operator=(const context_slot& other) noexcept {
    context_slot copy(other);
    std::swap(block_, copy.block_);
    identity_ = 0;
    return *this;
  }
  ~context_slot() { clear(); }

  /// The values go one by one, and may look at variables meanwhile: none has a value here then.
  void clear() noexcept {
    if (block* const last = std::exchange(block_, nullptr)) release(*last);
  }

  bool empty() const noexcept { return block_ == nullptr; }
  std::size_t size() const noexcept;
  /// Null: not set here. O(log of the number of variables).
  context_value* find(std::uint64_t variable) const noexcept;
  /// O(number of variables). Takes a reference of its own. Throws std::bad_alloc, unchanged.
  void set(std::uint64_t variable, context_value& value);
  void erase(std::uint64_t variable);
  /// Tells this context from all others, once something was set in it.
  std::uint64_t identity() const noexcept { return identity_; }

 private:
  struct block;

  static void add_reference(block& shared) noexcept;
  static void release(block& shared) noexcept;
  block& make_writable();
  void grow(std::size_t room);

  block* block_ = nullptr;
  std::uint64_t identity_ = 0;
};

/// What the handles of one context share.
class context_state : public from_pool {
 public:
  explicit context_state(const context_slot& values) noexcept : slot(values) {}

  void add_reference() noexcept { references_.fetch_add_relaxed(1); }
  void release() noexcept {
    if (references_.fetch_sub(1) == 1) delete this;
  }
  /// Some code runs inside, or a task whose context it is.
  bool is_entered() const noexcept { return entered.load(); }

  context_slot slot;
  atomic<bool> entered{false};
  /// Whether the steps of tasks that share it note that they are inside. A runner's own context,
  /// which no code can name, spares them that.
  bool noted = true;

 private:
  ~context_state() = default;

  atomic<std::uint32_t> references_{1};
};

/// The context of the code that runs in this thread: that of context::run(), of the callback, of
/// the task, of the thread. Null if nothing was ever set in it.
const context_slot* current_context_or_null() noexcept;
/// The same, to be written to. Throws std::bad_alloc.
context_slot& current_context();

/// Makes a slot the context of this thread's code, until it is left. A null slot gives the context
/// back to whoever is next: task or thread.
class context_scope {
 public:
  explicit context_scope(context_slot* slot) noexcept : context_scope(scheduler::current(), slot) {}
  /// For code that knows its loop.
  context_scope(scheduler* running, context_slot* slot) noexcept;
  context_scope(const context_scope&) = delete;
  context_scope& operator=(const context_scope&) = delete;
  ~context_scope() { *place_ = before_; }

 private:
  context_slot** place_;
  context_slot* before_;
};

/// A copy of what may be null.
inline context_slot copy_of(const context_slot* context) noexcept {
  return context != nullptr ? context_slot(*context) : context_slot();
}

}  // namespace rill::detail
