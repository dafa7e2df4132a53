// SPDX-License-Identifier: BSL-1.0
// What a threadsafe_queue holds, and how items go from hand to hand: the part that depends on T.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "rill/base/detail/ring_buffer.hpp"
#include "rill/sync/detail/threadsafe_core.hpp"

namespace rill::detail {

/// Somebody who gets.
template <class T>
struct get_party : waiting_party {
  std::optional<T> item;
  std::uint64_t number = 0;  // items are numbered in the order in which they leave
};

/// Somebody who puts. The item stays where it is until it is taken in.
template <class T>
struct put_party : waiting_party {
  T* source = nullptr;
};

/// Of T only its move constructor, and the destructor of what was moved from, run under the lock;
/// what is dropped is destroyed behind it.
///
/// Invariant: what has come back is older than all that is in `stored_`, and sorted, the oldest
/// last.
template <class T>
class threadsafe_items final : public threadsafe_core {
 public:
  explicit threadsafe_items(std::ptrdiff_t size_limit) : threadsafe_core(size_limit) {}

  // -- under the lock
  std::size_t size() const noexcept { return stored_.size() + back_.size(); }
  bool full() const noexcept { return has_limit() && size() >= maxsize; }

  /// Takes an item in if there is room. `outcome` then says granted, or failed; else nothing has
  /// happened. Throws std::bad_alloc, and the item stays where it is.
  bool put(T& item, party_stage& outcome);
  /// Gives an item if there is one. `to.stage` then says granted, or failed.
  bool get(get_party<T>& to);

  // -- without it
  /// Takes an item back that was given and not used, to the front. Requires: `from` is not in a
  /// list.
  void take_back(get_party<T>& from) noexcept;
  /// No more puts, and no more waiting. With `drop` nothing is kept.
  void close(bool drop, party_stage outcome) noexcept;

 private:
  struct returned {
    returned(T&& taken, std::uint64_t its_number) noexcept
        : item(std::move(taken)), number(its_number) {}
    T item;
    std::uint64_t number;
  };

  bool hand_over(T& item, std::uint64_t number);
  bool keep(get_party<T>& from) noexcept;

  ring_buffer<T> stored_;
  std::vector<std::unique_ptr<returned>> back_;
  std::uint64_t last_number_ = 0;
};

template <class T>
bool threadsafe_items<T>::put(T& item, party_stage& outcome) {
  outcome = party_stage::failed;
  if (shut_down) return true;
  if (full()) return false;
  if (getters.empty() || !hand_over(item, last_number_ + 1)) {
    stored_.reserve_one();
    stored_.push_back(std::move(item));
  } else {
    ++last_number_;
  }
  ++unfinished;
  outcome = party_stage::granted;
  return true;
}

/// Gives an item to the first who waits for one. False if there is none, or only some whose loops
/// are closed.
template <class T>
bool threadsafe_items<T>::hand_over(T& item, std::uint64_t number) {
  while (!getters.empty()) {
    // All that wait there are get_parties of this T.
    auto& first = static_cast<get_party<T>&>(getters.front());
    if (!reach(first)) continue;
    first.item.emplace(std::move(item));
    first.number = number;
    tell_reached(first, party_stage::granted);
    return true;
  }
  return false;
}

template <class T>
bool threadsafe_items<T>::get(get_party<T>& to) {
  if (size() == 0) {
    if (shut_down) to.stage = party_stage::failed;
    return shut_down;
  }
  if (!putters.empty()) stored_.reserve_one();  // before anything is taken
  if (back_.empty()) [[likely]] {
    to.item.emplace(stored_.pop_front());
    to.number = ++last_number_;
  } else {
    to.item.emplace(std::move(back_.back()->item));
    to.number = back_.back()->number;
    back_.pop_back();
  }
  to.stage = party_stage::granted;
  if (!putters.empty() && !full()) {
    auto& first = static_cast<put_party<T>&>(putters.front());
    stored_.push_back(std::move(*first.source));
    ++unfinished;
    // One whose loop has just been closed has put it all the same; nobody is left to be told.
    tell(first, party_stage::granted);
  }
  return true;
}

template <class T>
void threadsafe_items<T>::take_back(get_party<T>& from) noexcept {
  const core_guard guard(*this);
  if (dropping || !keep(from)) drop_unfinished(1);
}

/// False if there is no memory for it; it goes with the loop then.
template <class T>
bool threadsafe_items<T>::keep(get_party<T>& from) noexcept {
  if (hand_over(*from.item, from.number)) return true;
  try {
    const auto is_older = [&from](const auto& each) { return each->number < from.number; };
    back_.reserve(back_.size() + 1);
    auto kept = std::make_unique<returned>(*std::move(from.item), from.number);
    back_.insert(std::find_if(back_.begin(), back_.end(), is_older), std::move(kept));
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

template <class T>
void threadsafe_items<T>::close(bool drop, party_stage outcome) noexcept {
  ring_buffer<T> stored;
  std::vector<std::unique_ptr<returned>> back;
  {
    const core_guard guard(*this);
    shut_down = true;
    if (outcome == party_stage::orphaned) tell_all(joiners, outcome);
    if (drop) {
      dropping = true;
      const std::size_t dropped = size();
      stored_.swap(stored);
      back_.swap(back);
      drop_unfinished(dropped);
    }
    tell_all(getters, outcome);
    tell_all(putters, outcome);
  }
}

}  // namespace rill::detail
