// SPDX-License-Identifier: BSL-1.0
//
// io_uring_ring: set-up of a ring, and the two queues that it shares with the kernel. Knows nothing
// of operations. For io_uring_reactor.
#pragma once

#include <liburing.h>

#include <cstddef>
#include <cstdint>

#include "reactor/io_uring_rung.hpp"

namespace rill::detail {

/// A ring, for one thread at a time. On the rung `deferred` it belongs to the thread that first
/// calls enter(); in another thread recreate() comes first.
///
/// Its descriptor is not registered (IORING_REGISTER_RING_FDS): the kernel would keep a ring that
/// was given up, with all that is in it, until the thread ends that has registered it. That costs
/// one look-up of the descriptor per enter().
class io_uring_ring {
 public:
  /// Tries the rungs from `first` on. Throws std::system_error, whose text says why there is no
  /// io_uring here.
  explicit io_uring_ring(io_uring_rung first = io_uring_rung::deferred);
  ~io_uring_ring();
  io_uring_ring(const io_uring_ring&) = delete;
  io_uring_ring& operator=(const io_uring_ring&) = delete;

  io_uring_rung rung() const noexcept { return rung_; }
  /// 5.19: RECVSEND_POLL_FIRST, CQE_F_SOCK_NONEMPTY.
  bool has_poll_first() const noexcept { return rung_ != io_uring_rung::plain; }
  /// 5.19.
  bool has_multishot_accept() const noexcept { return rung_ != io_uring_rung::plain; }
  /// 6.0: multishot receive into provided buffers.
  bool has_multishot_receive() const noexcept { return rung_ == io_uring_rung::deferred; }
  bool can_skip_success() const noexcept { return (ring_.features & IORING_FEAT_CQE_SKIP) != 0; }

  /// The next entry of the submission queue, or null if that is full. The caller fills it whole.
  io_uring_sqe* try_entry() noexcept {
    io_uring_sq& queue = ring_.sq;
    if (queue.sqe_tail - *queue.khead == queue.ring_entries) return nullptr;
    return &queue.sqes[queue.sqe_tail++ & queue.ring_mask];
  }
  /// Where the entry stands that try_entry() gave last.
  std::uint32_t last_position() const noexcept { return ring_.sq.sqe_tail - 1; }
  /// The entry at a position, if the kernel has not taken it yet and it still carries this user
  /// data; else null. Positions repeat after 2^32 entries, hence the second condition.
  io_uring_sqe* unsubmitted(std::uint32_t position, std::uint64_t user_data) noexcept;
  /// Calls `visit(entry)` for each entry that the kernel has not taken yet.
  template <class Visit>
  void for_each_unsubmitted(Visit visit) noexcept {
    for (unsigned at = *ring_.sq.khead; at != ring_.sq.sqe_tail; ++at)
      visit(ring_.sq.sqes[at & ring_.sq.ring_mask]);
  }
  bool has_unsubmitted() const noexcept { return ring_.sq.sqe_tail != *ring_.sq.khead; }

  /// True if enter() would bring completions, or bring them to light, without waiting.
  bool has_completions() const noexcept;

  /// Submits what there is and waits for one completion, at most `timeout_ns` (0: does not wait;
  /// negative: no limit). Returns 0 or a negated system error code; what is submitted nevertheless
  /// is submitted, the rest stays in the queue.
  int enter(std::int64_t timeout_ns) noexcept;

  /// Calls `take(cqe)` for each completion that is there, then frees all of them at once. `take`
  /// may not enter or harvest. Returns their number.
  template <class Take>
  unsigned harvest(Take take) noexcept {
    unsigned head = *ring_.cq.khead;
    const unsigned tail = io_uring_smp_load_acquire(ring_.cq.ktail);
    const unsigned count = tail - head;
    for (; head != tail; ++head) take(ring_.cq.cqes[head & ring_.cq.ring_mask]);
    if (count != 0) io_uring_smp_store_release(ring_.cq.khead, tail);
    return count;
  }

  /// Has the eventfd written to whenever completions come. (Polling the ring itself does not show
  /// deferred ones.) Returns 0 or a negated system error code.
  int announce_to(int eventfd) noexcept;

  /// Makes buffers a group that receives may choose from. Returns 0 or a negated system error code.
  int provide(io_uring_buf_ring& buffers, unsigned count, unsigned short group) noexcept;

  /// True if the ring belongs to another thread.
  bool belongs_elsewhere() const noexcept;
  /// Gives up the ring, with all that the kernel holds in it, for a new one of the same rung.
  /// Returns 0 or a negated system error code, and then keeps the old one.
  int recreate() noexcept;

 private:
  int set_up(io_uring_rung rung) noexcept;
  int become_owner() noexcept;
  unsigned flush() noexcept;

  io_uring ring_{};
  io_uring_rung rung_ = io_uring_rung::deferred;
  int announced_to_ = -1;
  std::int64_t shortest_wait_ = 0;
  std::uint64_t owner_ = 0;  // number of the owning thread, 0: none yet
};

}  // namespace rill::detail
