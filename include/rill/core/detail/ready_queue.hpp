// SPDX-License-Identifier: BSL-1.0
// The ready queue: what the loop runs next, first in, first out. Nodes live in task blocks and
// callback handles, so queueing never allocates and never fails.
#pragma once

#include <cstddef>

namespace rill::detail {

struct ready_node;

/// What a queued node does when its turn comes, or when the loop is closed before that.
struct ready_ops {
  void (*run)(ready_node&) noexcept;
  void (*drop)(ready_node&) noexcept;
};

/// Something that can wait in a ready queue or in the inbox of a scheduler; in one of them at a
/// time.
struct ready_node {
  explicit constexpr ready_node(const ready_ops* node_ops) noexcept : ops(node_ops) {}
  ready_node(const ready_node&) = delete;
  ready_node& operator=(const ready_node&) = delete;

  ready_node* next = nullptr;
  const ready_ops* ops;
};

/// An intrusive first-in first-out queue of ready nodes.
class ready_queue {
 public:
  ready_queue() = default;
  ready_queue(const ready_queue&) = delete;
  ready_queue& operator=(const ready_queue&) = delete;

  bool empty() const noexcept { return head_ == nullptr; }

  void push(ready_node& node) noexcept {
    node.next = nullptr;
    if (head_ == nullptr) {
      head_ = &node;
    } else {
      tail_->next = &node;
    }
    tail_ = &node;
  }

  /// Takes the oldest node. Requires: not empty.
  ready_node& pop() noexcept {
    ready_node& node = *head_;
    head_ = node.next;
    return node;
  }

  /// The newest node. Requires: not empty.
  const ready_node* last() const noexcept { return tail_; }

 private:
  ready_node* head_ = nullptr;
  ready_node* tail_ = nullptr;  // meaningful only while head_ is set
};

}  // namespace rill::detail
