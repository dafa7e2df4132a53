// SPDX-License-Identifier: BSL-1.0
// Waiting across threads, under threadsafe_queue: who waits is a task of any loop, or a thread. The
// part that does not depend on types.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "rill/base/detail/atomic.hpp"
#include "rill/base/detail/intrusive_list.hpp"

namespace rill::detail {

class task_state;
struct thread_bed;

enum class party_stage : std::uint8_t {
  idle,      // has not waited, or was withdrawn
  waiting,   // in a list
  granted,   // has what it waits for
  failed,    // was woken by a shut-down
  orphaned,  // was woken by the end of the queue
};

/// A task or a thread that waits in a threadsafe_core; lives in its frame, or on its stack.
///
/// While it waits, it belongs to whoever holds the lock; else it is its owner's, who learns of the
/// change by its scheduler's inbox, or under the lock.
struct waiting_party : list_node {
  party_stage stage = party_stage::idle;
  task_state* parked = nullptr;  // one of the two is set
  thread_bed* bed = nullptr;
};

using party_list = intrusive_list<waiting_party>;

/// No limit of time.
inline constexpr std::int64_t for_ever = INT64_MAX;

/// A time limit in nanoseconds; what is longer than some centuries is no limit.
template <class Rep, class Period>
std::int64_t limit_of(std::chrono::duration<Rep, Period> limit) {
  const double rough = std::chrono::duration<double, std::nano>(limit).count();
  if (!(rough > 0)) return 0;
  if (rough >= 9.2e18) return for_ever;
  return static_cast<std::int64_t>(std::chrono::ceil<std::chrono::nanoseconds>(limit).count());
}

/// What a threadsafe_queue and those who wait in it share.
///
/// Invariants, whenever the lock is free: 1. If getters wait, nothing is stored. 2. If putters
/// wait, there is no room. 3. Joiners wait only while something is unfinished. 4. Whoever is in a
/// list waits: its frame or its thread is there, and with it the scheduler of a task, so whoever
/// holds the lock may wake it.
class threadsafe_core {
 public:
  threadsafe_core(const threadsafe_core&) = delete;
  threadsafe_core& operator=(const threadsafe_core&) = delete;

  void add_reference() noexcept { references_.fetch_add_relaxed(1); }
  void release() noexcept {
    if (references_.fetch_sub(1) == 1) delete this;
  }

  void lock() noexcept;
  /// Wakes whoever was told last, too: not under the lock, which it needs as soon as it runs.
  void unlock() noexcept;

  // -- under the lock
  /// Takes one that waits out of its list, and has it go on. False if its loop is closed: it will
  /// not learn of it, and `stage` is idle.
  bool tell(waiting_party& who, party_stage outcome) noexcept {
    if (!reach(who)) return false;
    tell_reached(who, outcome);
    return true;
  }
  /// The same in two halves: whether it can be told, and, if so, before anything else that. What is
  /// handed over moves in between.
  bool reach(waiting_party& who) noexcept;
  void tell_reached(waiting_party& who, party_stage outcome) noexcept;
  void tell_all(party_list& list, party_stage outcome) noexcept;
  /// Lets a party wait at the end of a list. A task must be suspended already.
  static void enlist(party_list& list, waiting_party& who) noexcept;
  void drop_unfinished(std::size_t count) noexcept;
  static std::size_t count(const party_list& list) noexcept;
  bool has_limit() const noexcept { return maxsize != 0; }

  // -- without it
  /// Takes one that waits out of its list. False if it was told already, or does not wait.
  bool withdraw(waiting_party& who) noexcept;
  /// Blocks the thread; the lock is held before and free behind it, and held still if this throws
  /// std::bad_alloc. Gives what came of it: idle if the time has passed, the wait never happened
  /// then.
  party_stage block(party_list& list, waiting_party& who, std::int64_t limit);
  void mark_done();

  const std::size_t maxsize;  // 0: no limit
  std::size_t unfinished = 0;
  bool shut_down = false;
  bool dropping = false;  // what comes back is not wanted: shut down at once, or at the end
  party_list getters;
  party_list putters;
  party_list joiners;

 protected:
  /// No limit if that is zero or less.
  explicit threadsafe_core(std::ptrdiff_t size_limit);
  virtual ~threadsafe_core();

 private:
  static bool runs_here(const waiting_party& who) noexcept;
  struct insides;  // keeps <mutex> and <condition_variable> out of the headers

  void wake_told() noexcept;

  const std::unique_ptr<insides> insides_;
  // Who was told last and has not been woken, at most one of the two; null when the lock is free.
  // The task's loop is held open. Beds are kept for the next, so a late wake-up finds one in use by
  // another thread at worst.
  task_state* told_task_ = nullptr;
  thread_bed* told_bed_ = nullptr;
  atomic<std::size_t> references_{1};  // the queue, and each task and thread that waits
};

/// Throws usage_error if a loop runs in this thread. `call` names what was tried, `instead` what to
/// co_await.
void check_may_block(const char* call, const char* instead);
[[noreturn]] void throw_outcome(party_stage outcome);
/// Throws queue_shut_down for a party that has failed, usage_error for one whose queue is gone.
inline void check_outcome(party_stage outcome) {
  if (outcome >= party_stage::failed) [[unlikely]]
    throw_outcome(outcome);
}

/// Holds the lock of a core for a scope.
class core_guard {
 public:
  explicit core_guard(threadsafe_core& core) noexcept : core_(&core) { core.lock(); }
  core_guard(const core_guard&) = delete;
  core_guard& operator=(const core_guard&) = delete;
  ~core_guard() {
    if (core_ != nullptr) core_->unlock();
  }
  /// Behind threadsafe_core::block(): it is free.
  void dismiss() noexcept { core_ = nullptr; }

 private:
  threadsafe_core* core_;
};

}  // namespace rill::detail
