// SPDX-License-Identifier: BSL-1.0
// The bytes that a stream_reader holds: one piece of memory, filled at the back, taken from the
// front.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace rill::detail {

/// Invariant: begin_ <= end_ <= capacity_; the bytes between the first two are the content.
class input_buffer {
 public:
  bool empty() const noexcept { return begin_ == end_; }
  std::size_t size() const noexcept { return end_ - begin_; }
  std::string_view view() const noexcept { return {memory_.get() + begin_, size()}; }

  /// Room behind the content, for receiving into. Stays where it is until the next call or
  /// append(). Little as long as little comes at a time, so that idle connections cost little.
  std::span<std::byte> receive_room();
  /// So many bytes have come into that room, and are content.
  void received(std::size_t count) noexcept;
  void append(std::string_view data);

  /// Takes bytes out. Requires: count <= size().
  std::string take(std::size_t count);
  std::string take_all() { return take(size()); }
  void take_into(std::span<std::byte> room) noexcept;
  void skip(std::size_t count) noexcept;

 private:
  std::span<std::byte> prepare(std::size_t at_least);
  void make_room(std::size_t at_least);

  std::unique_ptr<char[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t step_ = least_step;  // how much room a receive gets, at least
  std::size_t room_ = 0;           // that the last one got

  static constexpr std::size_t least_step = 512;
  static constexpr std::size_t most_step = 64 * 1024;
};

}  // namespace rill::detail
