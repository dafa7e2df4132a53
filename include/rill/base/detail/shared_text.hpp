// SPDX-License-Identifier: BSL-1.0
//
// shared_text: a small immutable string, counted by reference. Names of tasks and reasons of
// cancellation.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "rill/base/detail/atomic.hpp"

namespace rill::detail {

/// Text that several holders share. An empty one is a null pointer and costs no block. Copies never
/// throw. Holders may be in different threads; one holder is not for two threads at once.
class shared_text {
 public:
  shared_text() noexcept = default;
  /// Copies the text into one block. Throws std::bad_alloc.
  explicit shared_text(std::string_view text) : block_(text.empty() ? nullptr : make(text)) {}
  shared_text(const shared_text& other) noexcept : block_(other.block_) {
    // Relaxed: the holder copied from keeps the block alive meanwhile.
    if (block_ != nullptr) block_->references.fetch_add_relaxed(1);
  }
  shared_text(shared_text&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  shared_text& operator=(shared_text other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~shared_text() {
    if (block_ != nullptr) release(block_);
  }

  /// Valid as long as some holder of this text lives.
  std::string_view view() const noexcept {
    return block_ == nullptr ? std::string_view() : std::string_view(block_->text(), block_->size);
  }
  bool empty() const noexcept { return block_ == nullptr; }

  friend bool operator==(const shared_text& left, const shared_text& right) noexcept {
    return left.block_ == right.block_ || left.view() == right.view();
  }

 private:
  // The characters follow the block in the same allocation.
  struct block {
    explicit block(std::size_t text_size) noexcept : references(1), size(text_size) {}
    const char* text() const noexcept { return reinterpret_cast<const char*>(this + 1); }

    atomic<unsigned> references;
    std::size_t size;
  };
  static block* make(std::string_view text);
  static void release(block* held) noexcept;

  block* block_ = nullptr;
};

}  // namespace rill::detail
