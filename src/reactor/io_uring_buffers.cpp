// SPDX-License-Identifier: BSL-1.0
#include "reactor/io_uring_buffers.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace rill::detail {

// -- the buffers ---------------------------------------------------------------------------------

bool io_uring_buffers::give_all(io_uring_ring& ring) noexcept {
  state_ = state::refused;
  if (!ring.has_multishot_receive()) return false;
  if (pages_ == nullptr) pages_.reset(new (std::nothrow) pages);
  if (pages_ == nullptr) return false;
  io_uring_buf_ring_init(&shared());
  if (ring.provide(shared(), count, group) != 0) return false;
  int offered = 0;
  for (unsigned which = 0; which < count; ++which) {
    if (!places_[which].kept) offer(static_cast<number>(which), offered++);
  }
  io_uring_buf_ring_advance(&shared(), offered);
  state_ = state::given;
  return true;
}

void io_uring_buffers::offer(number which, int behind) noexcept {
  io_uring_buf_ring_add(&shared(), at(which), size, which, io_uring_buf_ring_mask(count), behind);
}

void io_uring_buffers::give_back(number which) noexcept {
  places_[which].kept = false;
  if (state_ != state::given) return;
  offer(which, 0);
  io_uring_buf_ring_advance(&shared(), 1);
}

void io_uring_buffers::keep(number which, number previous, std::size_t length) noexcept {
  places_[which] = {none, static_cast<std::uint16_t>(length), true};
  if (previous != none) places_[previous].next = which;
}

// -- the bytes of one descriptor -----------------------------------------------------------------

void io_uring_receiver::push(io_uring_buffers& buffers, io_uring_buffers::number which,
                             std::size_t length) noexcept {
  buffers.keep(which, last, length);
  last = which;
  if (first == io_uring_buffers::none) {
    first = which;
    offset = 0;
  }
  ++kept;
}

std::size_t io_uring_receiver::copy(io_uring_buffers& buffers, void* to, std::size_t size,
                                    bool peek) noexcept {
  std::size_t copied = 0;
  io_uring_buffers::number from = first;
  std::size_t skipped = offset;
  while (copied < size && from != io_uring_buffers::none) {
    const std::size_t there = buffers.length(from) - skipped;
    const std::size_t count = std::min(there, size - copied);
    std::memcpy(static_cast<std::byte*>(to) + copied, buffers.at(from) + skipped, count);
    copied += count;
    skipped += count;
    if (count < there) break;
    const io_uring_buffers::number next = buffers.next(from);
    if (!peek) {
      buffers.give_back(from);
      --kept;
    }
    from = next;
    skipped = 0;
  }
  if (peek) return copied;
  first = from;
  offset = static_cast<std::uint16_t>(skipped);
  if (first == io_uring_buffers::none) last = io_uring_buffers::none;
  return copied;
}

bool io_uring_receiver::serve(io_uring_buffers& buffers, io_op& op) noexcept {
  if (!has_some()) return false;
  const bool peek = (op.flags & io_peek) != 0;
  if (op.kind == io_kind::wait_readable) {
    op.result = 0;
  } else if (first == io_uring_buffers::none) {
    op.result = end;
    ended = peek;
  } else if (op.kind == io_kind::receive_message) {
    io_message& message = op.message();
    std::size_t total = 0;
    for (std::size_t i = 0; i < message.buffer_count && !peek; ++i)
      total += copy(buffers, message.buffers[i].data, message.buffers[i].size, false);
    if (peek && message.buffer_count != 0)
      total = copy(buffers, message.buffers[0].data, message.buffers[0].size, true);
    message.address_size = 0;
    message.truncated = false;
    op.result = static_cast<std::int64_t>(total);
  } else {
    op.result = static_cast<std::int64_t>(copy(buffers, op.data, op.size, peek));
  }
  return true;
}

void io_uring_receiver::clear(io_uring_buffers& buffers) noexcept {
  while (first != io_uring_buffers::none) {
    const io_uring_buffers::number which = first;
    first = buffers.next(which);
    buffers.give_back(which);
  }
  *this = io_uring_receiver();
}

}  // namespace rill::detail
