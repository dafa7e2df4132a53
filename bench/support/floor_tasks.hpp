// SPDX-License-Identifier: BSL-1.0
// The least that coroutines need to be awaited, queued, spawned and joined on one thread: no
// cancellation, no errors, no names. What a library costs is told against this.
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

#include "support/floor_frames.hpp"

namespace floors {

/// An entry of the ready queue: a function of the entry itself.
struct ready_node {
  ready_node* next;
  void (*run)(ready_node*);
};

/// First in, first out; intrusive. Before every 64th entry the system would be polled.
class ready_queue {
 public:
  void push(ready_node* node) noexcept {
    node->next = nullptr;
    *tail_ = node;
    tail_ = &node->next;
  }

  void run() {
    while (head_ != nullptr) {
      if (--until_poll_ == 0) poll();
      ready_node* node = head_;
      head_ = node->next;
      if (head_ == nullptr) tail_ = &head_;
      node->run(node);
    }
  }

 private:
  [[gnu::noinline]] void poll() {
    asm volatile("" ::: "memory");
    until_poll_ = 64;
  }

  ready_node* head_ = nullptr;
  ready_node** tail_ = &head_;
  unsigned until_poll_ = 64;
};

inline constinit ready_queue ready;

/// What can be put on the queue and resumed: a coroutine with its entry.
struct resumable : ready_node {
  std::coroutine_handle<> self;

  void schedule() noexcept {
    run = [](ready_node* node) { static_cast<resumable*>(node)->self.resume(); };
    ready.push(this);
  }
};

/// A lazy coroutine with one awaiter, resumed and resuming by symmetric transfer.
class [[nodiscard]] child {
 public:
  struct promise_type : pooled {
    std::coroutine_handle<> parent;
    int value = 0;

    struct to_parent {
      bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> done) noexcept {
        return done.promise().parent;
      }
      void await_resume() const noexcept {}
    };

    child get_return_object() {
      return child(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    to_parent final_suspend() const noexcept { return {}; }
    void return_value(int result) noexcept { value = result; }
    void unhandled_exception() const noexcept { std::terminate(); }
  };

  child(child&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  child& operator=(child&&) = delete;
  ~child() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> parent) noexcept {
    handle_.promise().parent = parent;
    return handle_;
  }
  int await_resume() const noexcept { return handle_.promise().value; }

 private:
  explicit child(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

  std::coroutine_handle<promise_type> handle_;
};

/// A coroutine that is put on the ready queue when it is made; awaiting it joins it. The object
/// owns the frame and must outlive the run.
class [[nodiscard]] task {
 public:
  struct promise_type : pooled, resumable {
    resumable* joiner = nullptr;

    struct wake_joiner {
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<promise_type> done) noexcept {
        if (resumable* waiting = done.promise().joiner) waiting->schedule();
      }
      void await_resume() const noexcept {}
    };

    task get_return_object() {
      const auto handle = std::coroutine_handle<promise_type>::from_promise(*this);
      self = handle;
      schedule();
      return task(handle);
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    wake_joiner final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };

  task() = default;
  task(task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  task& operator=(task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return handle_.done(); }
  void await_suspend(std::coroutine_handle<promise_type> parent) noexcept {
    handle_.promise().joiner = &parent.promise();
  }
  void await_resume() const noexcept {}

 private:
  explicit task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

  std::coroutine_handle<promise_type> handle_;
};

/// Lets everything that is ready run first.
struct yield {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<task::promise_type> self) const noexcept {
    self.promise().schedule();
  }
  void await_resume() const noexcept {}
};

}  // namespace floors
