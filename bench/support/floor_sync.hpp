// SPDX-License-Identifier: BSL-1.0
// The least that tasks need to hand a lock or an item to one another: a list of waiters in their
// frames, no cancellation, no errors, one thread.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/floor_tasks.hpp"

namespace floors {

/// A task that waits, in the frame that waits.
struct waiter {
  waiter* next = nullptr;
  resumable* task = nullptr;
  std::int64_t item = 0;
};

/// First in, first out.
class waiter_list {
 public:
  bool empty() const noexcept { return head_ == nullptr; }
  void push(waiter& one) noexcept {
    one.next = nullptr;
    *tail_ = &one;
    tail_ = &one.next;
  }
  waiter& pop() noexcept {
    waiter& first = *head_;
    head_ = first.next;
    if (head_ == nullptr) tail_ = &head_;
    return first;
  }

 private:
  waiter* head_ = nullptr;
  waiter** tail_ = &head_;
};

using task_handle = std::coroutine_handle<task::promise_type>;

class lock {
 public:
  struct acquire_awaiter : waiter {
    explicit acquire_awaiter(lock& owner) noexcept : from(owner) {}
    bool await_ready() const noexcept {
      if (from.locked_) return false;
      from.locked_ = true;
      return true;
    }
    void await_suspend(task_handle self) noexcept {
      task = &self.promise();
      from.waiters_.push(*this);
    }
    void await_resume() const noexcept {}
    lock& from;
  };

  acquire_awaiter acquire() noexcept { return acquire_awaiter(*this); }
  void release() noexcept {
    if (waiters_.empty()) {
      locked_ = false;
    } else {
      waiters_.pop().task->schedule();
    }
  }

 private:
  bool locked_ = false;
  waiter_list waiters_;
};

/// A ring of a fixed size, a power of two; with a size of 0 every item is handed over.
class queue {
 public:
  explicit queue(std::size_t size) : slots_(size) {}

  struct put_awaiter : waiter {
    put_awaiter(queue& owner, std::int64_t given) noexcept : to(owner) { item = given; }
    bool await_ready() noexcept {
      if (!to.getters_.empty()) {
        waiter& first = to.getters_.pop();
        first.item = item;
        first.task->schedule();
        return true;
      }
      if (to.count_ == to.slots_.size()) return false;
      to.push(item);
      return true;
    }
    void await_suspend(task_handle self) noexcept {
      task = &self.promise();
      to.putters_.push(*this);
    }
    void await_resume() const noexcept {}
    queue& to;
  };

  struct get_awaiter : waiter {
    explicit get_awaiter(queue& owner) noexcept : from(owner) {}
    bool await_ready() noexcept {
      if (from.count_ != 0) {
        item = from.pop();
        if (!from.putters_.empty()) from.push(from.next_putter());
        return true;
      }
      if (from.putters_.empty()) return false;
      item = from.next_putter();
      return true;
    }
    void await_suspend(task_handle self) noexcept {
      task = &self.promise();
      from.getters_.push(*this);
    }
    std::int64_t await_resume() const noexcept { return item; }
    queue& from;
  };

  put_awaiter put(std::int64_t item) noexcept { return put_awaiter(*this, item); }
  get_awaiter get() noexcept { return get_awaiter(*this); }

 private:
  std::int64_t next_putter() noexcept {
    waiter& first = putters_.pop();
    first.task->schedule();
    return first.item;
  }
  void push(std::int64_t item) noexcept {
    slots_[(first_ + count_++) & (slots_.size() - 1)] = item;
  }
  std::int64_t pop() noexcept {
    const std::int64_t item = slots_[first_];
    first_ = (first_ + 1) & (slots_.size() - 1);
    --count_;
    return item;
  }

  std::vector<std::int64_t> slots_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  waiter_list getters_;
  waiter_list putters_;
};

}  // namespace floors
