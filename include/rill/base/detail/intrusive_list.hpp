// SPDX-License-Identifier: BSL-1.0
//
// A doubly linked list of nodes that derive from list_node; a node leaves its list in O(1), without
// knowing which list it is.
#pragma once

#include <type_traits>

#include "rill/base/assert.hpp"

namespace rill::detail {

/// What a member of an intrusive_list derives from. To be in two lists at once, derive from two
/// types that derive from this one, and name them as the lists' second parameter.
class list_node {
 public:
  list_node() = default;
  list_node(const list_node&) = delete;
  list_node& operator=(const list_node&) = delete;
  ~list_node() { RILL_ASSERT(!is_linked(), "unlink a node before destroying it"); }

  bool is_linked() const noexcept { return next_ != nullptr; }

  /// Leaves the list, O(1). Requires: is_linked().
  void unlink() noexcept {
    next_->previous_ = previous_;
    previous_->next_ = next_;
    next_ = previous_ = nullptr;
  }

 private:
  template <class T, class Node>
  friend class intrusive_list;

  // Both are null (in no list), or both are not: lists are rings through their own root node.
  list_node* next_ = nullptr;
  list_node* previous_ = nullptr;
};

/// A list of T, which derives from Node. It has no size of its own. Nodes are not owned.
template <class T, class Node = list_node>
class intrusive_list {
 public:
  class iterator {
   public:
    explicit iterator(list_node* at) noexcept : at_(at) {}
    T& operator*() const noexcept { return object(at_); }
    T* operator->() const noexcept { return &object(at_); }
    iterator& operator++() noexcept {
      at_ = next_of(at_);
      return *this;
    }
    bool operator==(const iterator&) const = default;

   private:
    list_node* at_;
  };

  intrusive_list() noexcept { make_empty(); }
  intrusive_list(const intrusive_list&) = delete;
  intrusive_list& operator=(const intrusive_list&) = delete;
  ~intrusive_list() {
    RILL_ASSERT(empty(), "take all nodes out of a list before destroying it");
    root_.next_ = root_.previous_ = nullptr;
  }

  bool empty() const noexcept { return root_.next_ == &root_; }
  /// Require: not empty.
  T& front() const noexcept { return object(root_.next_); }
  T& back() const noexcept { return object(root_.previous_); }

  /// Require: the node is in no list. O(1).
  void push_back(T& node) noexcept { insert(link(node), root_.previous_, &root_); }
  void push_front(T& node) noexcept { insert(link(node), &root_, root_.next_); }

  /// Takes the node out of this list, O(1). Requires: it is in this list.
  void erase(T& node) noexcept { link(node)->unlink(); }

  /// Takes the first node; null if there is none.
  T* pop_front() noexcept {
    if (empty()) return nullptr;
    T& node = front();
    erase(node);
    return &node;
  }

  /// Moves all nodes of `other` behind those here, O(1).
  void append(intrusive_list& other) noexcept {
    if (other.empty()) return;
    root_.previous_->next_ = other.root_.next_;
    other.root_.next_->previous_ = root_.previous_;
    root_.previous_ = other.root_.previous_;
    root_.previous_->next_ = &root_;
    other.make_empty();
  }

  /// Iteration, oldest first. Erasing the node an iterator stands on makes that iterator invalid;
  /// others stay valid.
  iterator begin() const noexcept { return iterator(root_.next_); }
  iterator end() const noexcept { return iterator(&root_); }

 private:
  // Each node in the ring but the root is the list_node of a T, see link().
  static T& object(list_node* node) noexcept { return static_cast<T&>(static_cast<Node&>(*node)); }
  static list_node* link(T& node) noexcept {
    static_assert(std::is_base_of_v<list_node, Node> && std::is_base_of_v<Node, T>,
                  "members of an intrusive_list derive from list_node");
    return static_cast<Node*>(&node);
  }
  static list_node* next_of(list_node* node) noexcept { return node->next_; }
  static void insert(list_node* node, list_node* before, list_node* after) noexcept {
    RILL_ASSERT(!node->is_linked(), "unlink a node before linking it again");
    node->previous_ = before;
    node->next_ = after;
    before->next_ = node;
    after->previous_ = node;
  }
  void make_empty() noexcept { root_.next_ = root_.previous_ = &root_; }

  mutable list_node root_;  // mutable: the ring holds its address without const
};

}  // namespace rill::detail
