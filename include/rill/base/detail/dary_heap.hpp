// SPDX-License-Identifier: BSL-1.0
//
// A 4-ary heap of nodes that know their place, for timers. Keys lie in the array beside the nodes'
// addresses, so that comparing touches no node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "rill/base/assert.hpp"

namespace rill::detail {

/// Smallest key first, equal keys in the order pushed. `Index` is the member in which a node keeps
/// its place; it is npos while the node is in no heap. Nodes are not owned.
template <class Key, class Node, std::size_t Node::* Index>
class dary_heap {
 public:
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

  bool empty() const noexcept { return entries_.empty(); }
  std::size_t size() const noexcept { return entries_.size(); }
  /// Entries that fit into the memory held now.
  std::size_t capacity() const noexcept { return entries_.capacity(); }

  /// Require: not empty.
  const Key& top_key() const noexcept { return entries_.front().key; }
  Node& top() const noexcept { return *entries_.front().node; }

  /// Requires: the node is in this heap.
  const Key& key_of(const Node& node) const noexcept { return entries_[node.*Index].key; }

  /// Puts a node in: O(log n), O(1) if its key is later than all others. Throws std::bad_alloc
  /// before any change.
  void push(Key key, Node& node) {
    RILL_ASSERT(node.*Index == npos, "take a node out of the heap before pushing it again");
    const entry added{key, next_sequence_, &node};
    entries_.push_back(added);
    ++next_sequence_;
    rise(entries_.size() - 1, added);
  }

  /// Takes the first node. Requires: not empty. O(log n).
  Node& pop() noexcept {
    Node& node = top();
    erase(node);
    return node;
  }

  /// Takes a node out. Requires: it is in this heap. O(log n).
  void erase(Node& node) noexcept {
    const std::size_t hole = node.*Index;
    node.*Index = npos;
    const entry last = entries_.back();
    entries_.pop_back();
    if (hole < entries_.size()) settle(hole, last);
    if (entries_.capacity() > kept_capacity && entries_.size() <= entries_.capacity() / 4) {
      give_back();
    }
  }

  /// Gives a node another key, as if it were erased and pushed again. Requires: it is in this heap.
  /// O(log n).
  void update(Key key, Node& node) noexcept {
    const std::size_t hole = node.*Index;
    settle(hole, entry{key, next_sequence_++, &node});
  }

 private:
  struct entry {
    Key key;
    std::uint64_t sequence;  // of the push: orders equal keys
    Node* node;
    bool before(const entry& other) const noexcept {
      return key < other.key || (key == other.key && sequence < other.sequence);
    }
  };

  static constexpr std::size_t arity = 4;
  static constexpr std::size_t kept_capacity = 1024;  // entries that are never given back
  static constexpr std::size_t parent(std::size_t index) noexcept { return (index - 1) / arity; }

  void place(std::size_t index, const entry& moved) noexcept {
    entries_[index] = moved;
    moved.node->*Index = index;
  }
  // The three below fill the hole with `moved`, or shift others into it and fill where that ends.
  void settle(std::size_t hole, const entry& moved) noexcept {
    if (hole > 0 && moved.before(entries_[parent(hole)])) {
      rise(hole, moved);
    } else {
      sink(hole, moved);
    }
  }
  void rise(std::size_t hole, const entry& moved) noexcept {
    while (hole > 0 && moved.before(entries_[parent(hole)])) {
      place(hole, entries_[parent(hole)]);
      hole = parent(hole);
    }
    place(hole, moved);
  }
  void sink(std::size_t hole, const entry& moved) noexcept {
    const std::size_t count = entries_.size();
    for (std::size_t first = hole * arity + 1; first < count; first = hole * arity + 1) {
      const std::size_t end = first + arity < count ? first + arity : count;
      std::size_t best = first;
      for (std::size_t child = first + 1; child < end; ++child) {
        if (entries_[child].before(entries_[best])) best = child;
      }
      if (!entries_[best].before(moved)) break;
      place(hole, entries_[best]);
      hole = best;
    }
    place(hole, moved);
  }

  // Halves the memory when three quarters are unused, so that the cost is spread over the erasures
  // that led there. Without memory to do so it stays as it is.
  RILL_COLD void give_back() noexcept {
    try {
      std::vector<entry> smaller;
      smaller.reserve(entries_.capacity() / 2);
      smaller.assign(entries_.begin(), entries_.end());
      entries_.swap(smaller);
    } catch (...) {
    }
  }

  std::vector<entry> entries_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace rill::detail
