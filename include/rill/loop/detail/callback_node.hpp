// SPDX-License-Identifier: BSL-1.0
// The pooled nodes behind call_soon, call_later, call_at and call_soon_threadsafe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "rill/base/detail/atomic.hpp"
#include "rill/core/detail/context_slot.hpp"
#include "rill/core/detail/frame_pool.hpp"
#include "rill/core/detail/ready_queue.hpp"
#include "rill/loop/detail/loop_services.hpp"

namespace rill::detail {

/// A counted pointer to a callback node.
template <class Node>
class callback_ref {
 public:
  callback_ref() noexcept = default;
  explicit callback_ref(Node* node) noexcept : node_(node) {
    if (node_ != nullptr) node_->add_reference();
  }
  callback_ref(const callback_ref& other) noexcept : callback_ref(other.node_) {}
  callback_ref(callback_ref&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  callback_ref& operator=(callback_ref other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~callback_ref() {
    if (node_ != nullptr) node_->release();
  }
  Node* operator->() const noexcept { return node_; }
  explicit operator bool() const noexcept { return node_ != nullptr; }

 private:
  Node* node_ = nullptr;
};

/// A callback in the ready queue. The queue counts as one reference until the node has run or was
/// dropped.
class callback_node : public ready_node {
 public:
  callback_node(const callback_node&) = delete;
  callback_node& operator=(const callback_node&) = delete;

  void add_reference() noexcept { ++references_; }
  void release() noexcept {
    if (--references_ == 0) destroy();
  }
  void cancel() noexcept;
  bool cancelled() const noexcept { return cancelled_; }

 protected:
  explicit callback_node(scheduler& owner) noexcept
      : ready_node(&ops_table), owner_(&owner), context_(copy_of(maker_context(owner))) {}
  virtual ~callback_node() = default;
  virtual void call() = 0;
  virtual void destroy_callback() noexcept = 0;
  virtual void destroy() noexcept = 0;
  /// Takes it out of wherever it waits, if that is not the ready queue. True if it was taken out.
  virtual bool withdraw() noexcept { return false; }

  /// Destroys the callback object, once.
  void end_callback() noexcept;

  scheduler* owner_;

 private:
  static void run(ready_node& node) noexcept;
  static void drop(ready_node& node) noexcept;
  static const ready_ops ops_table;

  context_slot context_;
  std::uint32_t references_ = 1;
  bool alive_ = true;  // the callback object exists
  bool running_ = false;
  bool cancelled_ = false;
};

/// A callback on the timer heap, later in the ready queue.
class timer_callback_node : public callback_node, public timer_node {
 public:
  std::int64_t when() const noexcept { return when_; }
  /// Arms it. Throws std::bad_alloc.
  void arm(std::int64_t when);

 protected:
  explicit timer_callback_node(scheduler& owner) noexcept
      : callback_node(owner), timer_node(&on_due) {}
  ~timer_callback_node() override;

 private:
  bool withdraw() noexcept override;
  void drop_unarmed() noexcept {
    end_callback();
    release();
  }
  static void on_due(timer_node& timer) noexcept;

  std::int64_t when_ = 0;
};

/// A callback that other threads may cancel.
class shared_callback_node : public ready_node {
 public:
  shared_callback_node(const shared_callback_node&) = delete;
  shared_callback_node& operator=(const shared_callback_node&) = delete;

  void add_reference() noexcept { references_.fetch_add(1); }
  void release() noexcept {
    if (references_.fetch_sub(1) == 1) destroy();
  }
  bool cancel() noexcept;
  bool cancelled() const noexcept { return phase_.load() == phase::cancelled; }

 protected:
  explicit shared_callback_node(scheduler& owner) noexcept
      : ready_node(&ops_table), owner_(&owner), context_(copy_of(current_context_or_null())) {}
  virtual ~shared_callback_node() = default;
  virtual void call() = 0;
  virtual void destroy_callback() noexcept = 0;
  virtual void destroy() noexcept = 0;

 private:
  enum class phase : std::uint8_t { waiting, running, ended, cancelled };

  void wait_for_end() const noexcept;
  static void run(ready_node& node) noexcept;
  static void drop(ready_node& node) noexcept;
  static const ready_ops ops_table;

  scheduler* owner_;
  context_slot context_;
  atomic<std::uint32_t> references_{1};
  atomic<phase> phase_{phase::waiting};
  atomic<const void*> runner_{
      nullptr};  // the thread that runs it; written before phase_ becomes running
};

/// Adds the callback itself to one of the three nodes.
template <class Node, class Callback>
class callback_of final : public Node, public from_pool {
 public:
  template <class C>
  callback_of(scheduler& owner, C&& callback) : Node(owner), callback_(std::forward<C>(callback)) {}

 private:
  ~callback_of() override {}  // whoever runs or drops the node has destroyed the callback
  void call() override { callback_(); }
  void destroy_callback() noexcept override { callback_.~Callback(); }
  void destroy() noexcept override { delete this; }

  union {
    Callback callback_;
  };
};

}  // namespace rill::detail
