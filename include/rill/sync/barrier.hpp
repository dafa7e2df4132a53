// SPDX-License-Identifier: BSL-1.0
// barrier: a number of tasks that wait for one another, round after round.
#pragma once

#include <coroutine>
#include <cstddef>

#include "rill/core/detail/wait_list.hpp"
#include "rill/sync/sync_errors.hpp"

namespace rill {

// [barrier_stats]
/// What a barrier tells about itself.
struct barrier_stats {
  std::size_t parties = 0;
  std::size_t waiting = 0;  ///< in this round
  std::size_t outside = 0;  ///< for the next one, until all of this have gone on
  bool broken = false;
};
// [/barrier_stats]

// [barrier]
/// Lets tasks go on when so many have come. asyncio: Barrier.
///
///     const std::size_t index = co_await meeting.wait();
///
/// It serves round after round: who comes while the last round goes on waits for the next.
/// **Threads**: only on the thread of its loop. **Lifetime**: must outlive those that wait; they
/// get a usage_error otherwise.
class barrier {
 public:
  class wait_awaiter;

  /// Throws std::invalid_argument if `parties` is less than one.
  explicit barrier(std::ptrdiff_t parties);
  barrier(const barrier&) = delete;
  barrier& operator=(const barrier&) = delete;

  /// Waits until all parties are here; gives the place in the order of arrival, from 0. asyncio:
  /// wait(). The last to come does not suspend. **Cancellation** leaves the round, which needs one
  /// more then; behind the last arrival it strikes at the next await. **Throws**
  /// broken_barrier_error when the barrier is, or gets, broken; usage_error when tasks of another
  /// loop wait.
  wait_awaiter wait() noexcept;

  /// Begins anew: those who are inside, also those who are free to go and have not gone on, get a
  /// broken_barrier_error; those who wait for the next round do not. asyncio: reset().
  void reset();
  /// Breaks it for those inside, those who wait for the next round, and all to come, until reset().
  /// asyncio: abort().
  void abort();

  std::size_t parties() const noexcept { return parties_; }
  /// Those who wait in this round. asyncio: n_waiting.
  std::size_t waiting() const noexcept { return inside_.has_grants() ? 0 : arrived_; }
  bool broken() const noexcept { return broken_; }
  barrier_stats stats() const noexcept {
    return {
        .parties = parties_, .waiting = waiting(), .outside = outside_.size(), .broken = broken_};
  }
  // [/barrier]

 private:
  /// Somebody comes; true if that was the last, and the round is complete.
  bool arrive(wait_awaiter& one);
  void on_resumed();
  void admit();

  std::size_t parties_;
  std::size_t arrived_ = 0;
  bool broken_ = false;
  detail::wait_list inside_;   // of this round: those who wait, and those free to go
  detail::wait_list outside_;  // until all of the last round have gone on
};

class [[nodiscard]] barrier::wait_awaiter final : public detail::list_waiter {
 public:
  explicit wait_awaiter(barrier& owner) noexcept : barrier_(&owner) {}
  wait_awaiter(const wait_awaiter&) = delete;
  wait_awaiter& operator=(const wait_awaiter&) = delete;
  ~wait_awaiter();

  bool await_ready() {
    arrived_ = false;
    if (barrier_->broken_) throw broken_barrier_error();
    return !barrier_->inside_.has_grants() && barrier_->arrive(*this);
  }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    if (!arrived_) return wait_in(barrier_->outside_, handle);
    bool waits = false;
    try {
      waits = wait_in(barrier_->inside_, handle);
    } catch (...) {
      on_withdrawn();
      throw;
    }
    if (!waits) on_withdrawn();
    return waits;
  }
  std::size_t await_resume();
  const char* describe() const noexcept override { return "barrier"; }

 private:
  friend class barrier;
  void on_withdrawn() noexcept override;

  barrier* barrier_;
  std::size_t index_ = 0;
  bool arrived_ = false;
};

inline barrier::wait_awaiter barrier::wait() noexcept { return wait_awaiter(*this); }

}  // namespace rill
