// SPDX-License-Identifier: BSL-1.0
//
// Memory that the kernel receives into ahead of operations (IORING_OP_RECV, multishot, with
// provided buffers), and the bytes of one descriptor that lie there. For io_uring_reactor.
#pragma once

#include <liburing.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "reactor/io_uring_ring.hpp"
#include "rill/loop/io_op.hpp"

namespace rill::detail {

/// Invariant: each buffer is either the kernel's to fill, or kept by exactly one receiver.
class io_uring_buffers {
 public:
  using number = std::uint16_t;
  static constexpr number none = 0xffff;
  static constexpr unsigned count = 256;  // few, used in turn: all stay in a core's cache
  static constexpr std::size_t size = 4096;
  static constexpr unsigned short group = 0;

  /// Whether the ring has the buffers; gives them to it when first asked.
  bool available(io_uring_ring& ring) noexcept {
    return state_ == state::given || (state_ == state::unknown && give_all(ring));
  }
  /// The ring has been replaced by a new one, which has none of the buffers.
  void renew(io_uring_ring& ring) noexcept {
    if (state_ == state::given) give_all(ring);
  }

  std::byte* at(number which) noexcept { return pages_->bytes + which * size; }
  void give_back(number which) noexcept;
  /// A buffer that the kernel has filled is kept, behind `previous`, or first.
  void keep(number which, number previous, std::size_t length) noexcept;
  number next(number which) const noexcept { return places_[which].next; }
  std::size_t length(number which) const noexcept { return places_[which].length; }

 private:
  enum class state : std::uint8_t { unknown, given, refused };
  struct alignas(4096) pages {
    std::byte ring[4096];  // an io_uring_buf_ring
    std::byte bytes[count * size];
  };
  struct place {
    number next = none;
    std::uint16_t length = 0;
    bool kept = false;
  };
  static_assert(count * sizeof(io_uring_buf) <= sizeof(pages::ring));

  io_uring_buf_ring& shared() noexcept {
    return *reinterpret_cast<io_uring_buf_ring*>(pages_->ring);
  }
  bool give_all(io_uring_ring& ring) noexcept;
  void offer(number which, int behind) noexcept;

  std::unique_ptr<pages> pages_;
  place places_[count];
  state state_ = state::unknown;
};

/// What one descriptor has received ahead, and the receive in the kernel that brings more.
///
/// Invariants: 1. While anything is in front, operations that read take it from here, and nothing
/// else reads the descriptor; so the order of bytes is kept. 2. `kept` buffers hang between `first`
/// and `last`; of the first, `offset` bytes have been given away.
struct io_uring_receiver {
  /// Buffers received ahead, before the kernel is told to stop. Those under way may bring more.
  static constexpr unsigned most_kept = 4;
  /// How long much is expected after it came: the end of a large message is mostly a small receive.
  static constexpr std::uint8_t expect_much = 16;

  bool has_some() const noexcept { return first != io_uring_buffers::none || ended; }
  bool in_front() const noexcept { return armed != 0 || has_some(); }
  void push(io_uring_buffers& buffers, io_uring_buffers::number which, std::size_t length) noexcept;
  /// Gives an operation that reads what there is. Returns false if there is nothing.
  bool serve(io_uring_buffers& buffers, io_op& op) noexcept;
  /// Forgets all, the bytes too. The receive in the kernel is the caller's affair.
  void clear(io_uring_buffers& buffers) noexcept;

  std::uint32_t armed = 0;  // the generation of the receive in the kernel, 0: none
  std::int32_t end = 0;     // if `ended`: what comes behind the bytes, 0 or a negated error
  io_uring_buffers::number first = io_uring_buffers::none;
  io_uring_buffers::number last = io_uring_buffers::none;
  std::uint16_t offset = 0;
  std::uint16_t kept = 0;
  bool ended = false;
  bool stop_wanted = false;  // the receive in the kernel shall end
  /// So many receives more go straight to the caller's memory, as much came at a time or buffers
  /// were short.
  std::uint8_t one_shots = 0;
  bool refused = false;   // the kernel knows no such receive for this kind of descriptor
  bool examined = false;  // whether the kind is one of those

 private:
  std::size_t copy(io_uring_buffers& buffers, void* to, std::size_t size, bool peek) noexcept;
};

}  // namespace rill::detail
