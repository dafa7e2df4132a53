// SPDX-License-Identifier: BSL-1.0
// The least that tasks need to hand a lock or an item to one another: a list of waiters in their
// frames, no cancellation, no errors, one thread.
#pragma once

#include <bit>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "support/floor_tasks.hpp"

namespace floors {

/// A task that waits, in the frame that waits. Nothing is set in one that does not.
struct waiter {
  waiter() noexcept {}

  waiter* next;
  resumable* task;
  std::int64_t item;
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
  /// Moves all of `other` behind those here.
  void append(waiter_list& other) noexcept {
    if (other.empty()) return;
    *tail_ = std::exchange(other.head_, nullptr);
    tail_ = std::exchange(other.tail_, &other.head_);
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
  /// Lets tasks wait for it that have waited for something else so far.
  void queue(waiter_list& tasks) noexcept { waiters_.append(tasks); }
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

class semaphore {
 public:
  explicit semaphore(std::size_t permits) noexcept : value_(permits) {}

  struct acquire_awaiter : waiter {
    explicit acquire_awaiter(semaphore& owner) noexcept : from(owner) {}
    bool await_ready() const noexcept {
      if (from.value_ == 0) return false;
      --from.value_;
      return true;
    }
    void await_suspend(task_handle self) noexcept {
      task = &self.promise();
      from.waiters_.push(*this);
    }
    void await_resume() const noexcept {}
    semaphore& from;
  };

  acquire_awaiter acquire() noexcept { return acquire_awaiter(*this); }
  void release() noexcept {
    if (waiters_.empty()) {
      ++value_;
    } else {
      waiters_.pop().task->schedule();
    }
  }

 private:
  std::size_t value_;
  waiter_list waiters_;
};

class event {
 public:
  explicit event(bool set = false) noexcept : set_(set) {}

  struct wait_awaiter : waiter {
    explicit wait_awaiter(event& owner) noexcept : awaited(owner) {}
    bool await_ready() const noexcept { return awaited.set_; }
    void await_suspend(task_handle self) noexcept {
      task = &self.promise();
      awaited.waiters_.push(*this);
    }
    void await_resume() const noexcept {}
    event& awaited;
  };

  wait_awaiter wait() noexcept { return wait_awaiter(*this); }
  void set() noexcept {
    set_ = true;
    while (!waiters_.empty()) waiters_.pop().task->schedule();
  }
  void clear() noexcept { set_ = false; }

 private:
  bool set_;
  waiter_list waiters_;
};

/// Notified tasks wait for the lock.
class condition {
 public:
  explicit condition(lock& mutex) noexcept : mutex_(mutex) {}

  struct wait_awaiter : waiter {
    explicit wait_awaiter(condition& owner) noexcept : awaited(owner) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(task_handle self) noexcept {
      task = &self.promise();
      awaited.waiters_.push(*this);
      awaited.mutex_.release();
    }
    void await_resume() const noexcept {}
    condition& awaited;
  };

  wait_awaiter wait() noexcept { return wait_awaiter(*this); }
  void notify_all() noexcept { mutex_.queue(waiters_); }

 private:
  lock& mutex_;
  waiter_list waiters_;
};

/// A ring of a fixed size; with a capacity of 0 every item is handed over.
class queue {
 public:
  explicit queue(std::size_t capacity) : capacity_(capacity), slots_(std::bit_ceil(capacity)) {}

  struct put_awaiter : waiter {
    put_awaiter(queue& owner, std::int64_t given) noexcept : to(owner) { item = given; }
    bool await_ready() noexcept {
      if (!to.getters_.empty()) {
        waiter& first = to.getters_.pop();
        first.item = item;
        first.task->schedule();
        return true;
      }
      if (to.count_ == to.capacity_) return false;
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

  std::size_t capacity_;
  std::vector<std::int64_t> slots_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  waiter_list getters_;
  waiter_list putters_;
};

}  // namespace floors
