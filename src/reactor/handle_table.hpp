// SPDX-License-Identifier: BSL-1.0
// handle_table: what a reactor keeps per handle, found by the handle's number.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

#include "rill/base/native_handle.hpp"

namespace rill::detail {

/// Finds entries in O(1): systems give out numbers from below, all of them multiples of `Step`.
/// Memory comes in chunks that never move and are kept to the end, so that a late report always
/// finds its place. Numbers from `Limit` on are refused. An entry has its `number`.
template <class Entry, native_handle Limit, std::size_t Step = 1>
class handle_table {
 public:
  using entry = Entry;

  /// Null if nothing was ever kept for it.
  Entry* find(native_handle handle) const noexcept {
    const std::size_t index = static_cast<std::size_t>(handle) / Step;
    const std::size_t chunk = index / chunk_size;
    if (chunk >= chunks_.size() || chunks_[chunk] == nullptr) return nullptr;
    return &chunks_[chunk][index % chunk_size];
  }
  /// Null if there is no memory, or the handle is none.
  Entry* get(native_handle handle) noexcept {
    Entry* const found = find(handle);
    return found != nullptr ? found : add(handle);
  }
  template <class Visit>
  void for_each(Visit visit) noexcept {
    for (auto& chunk : chunks_) {
      if (chunk == nullptr) continue;
      for (std::size_t i = 0; i < chunk_size; ++i) visit(chunk[i]);
    }
  }

 private:
  static constexpr std::size_t chunk_size = 128;

  Entry* add(native_handle handle) noexcept;

  std::vector<std::unique_ptr<Entry[]>> chunks_;
};

template <class Entry, native_handle Limit, std::size_t Step>
Entry* handle_table<Entry, Limit, Step>::add(native_handle handle) noexcept {
  if (handle < 0 || handle >= Limit) return nullptr;
  const std::size_t chunk = static_cast<std::size_t>(handle) / Step / chunk_size;
  try {
    if (chunk >= chunks_.size()) chunks_.resize(chunk + 1);
    chunks_[chunk] = std::make_unique<Entry[]>(chunk_size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  for (std::size_t i = 0; i < chunk_size; ++i) {
    Entry& made = chunks_[chunk][i];
    made.number = static_cast<decltype(made.number)>((chunk * chunk_size + i) * Step);
  }
  return find(handle);
}

}  // namespace rill::detail
