// SPDX-License-Identifier: BSL-1.0
#include "rill/loop/detail/job_core.hpp"

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <utility>

#include "loop/brief_look.hpp"
#include "rill/base/config.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/exception_context.hpp"
#include "rill/core/result.hpp"
#include "rill/core/scheduler.hpp"

namespace rill::detail {

namespace {

// One lock for many jobs: it is taken only where somebody waits, and two are never held at once.
std::mutex& lock_of(const job_core& job) noexcept {
  static std::array<std::mutex, 64> locks;
  const std::size_t address = reinterpret_cast<std::uintptr_t>(&job);
  return locks[(address >> 6U ^ address >> 12U) % locks.size()];
}

thread_local const void* home_of_thread = nullptr;
thread_local job_core* job_of_thread = nullptr;

RILL_NOINLINE job_core* exchange_current_job(job_core* job) noexcept {
  return std::exchange(job_of_thread, job);
}

RILL_NOINLINE brief_look& looking() noexcept {
  thread_local brief_look of_thread;
  return of_thread;
}

/// A thread that blocks.
class blocked_thread final : public job_waiter {
 public:
  bool reach() noexcept override {
    told = true;
    changed.notify_one();
    return false;  // it goes on as soon as the lock is free
  }
  void tell() noexcept override {}

  std::condition_variable changed;
  bool told = false;
};

}  // namespace

RILL_NOINLINE void set_home(const void* workers) noexcept { home_of_thread = workers; }
RILL_NOINLINE const void* current_home() noexcept { return home_of_thread; }
RILL_NOINLINE job_core* current_job() noexcept { return job_of_thread; }

job_core::~job_core() = default;

void job_core::last_release() noexcept {
  const bool unseen = phase() == job_phase::error && !observed_.load_relaxed();
  const std::exception_ptr error = unseen ? error_ : nullptr;
  delete this;
  if (error) report_job_error("rill: a job has failed, and nobody has looked at it: ", error);
}

std::exception_ptr job_core::error() const {
  if (error_) return error_;
  if (phase() != job_phase::cancelled) return nullptr;
  return std::make_exception_ptr(cancelled_error(reason_));
}

void job_core::throw_error() {
  mark_observed();
  if (error_) std::rethrow_exception(error_);
  if (phase() == job_phase::cancelled) throw cancelled_error(reason_);
}

bool job_core::claim(job_phase next_phase) noexcept {
  std::uint32_t word = word_.load_relaxed();
  do {
    if (phase_of(word) != job_phase::queued) return false;
  } while (
      !word_.compare_exchange(word, (word & has_waiters) | static_cast<std::uint32_t>(next_phase)));
  return true;
}

bool job_core::begin() noexcept { return claim(job_phase::running); }

void job_core::perform() noexcept {
  if (!begin()) return;
  job_core* const before = exchange_current_job(this);
  run();
  exchange_current_job(before);
}

void job_core::end_with_error(std::exception_ptr error) noexcept {
  error_ = std::move(error);
  end(is_cancellation(error_) ? job_phase::cancelled : job_phase::error);
}

void job_core::end(job_phase how) noexcept {
  if ((word_.exchange(static_cast<std::uint32_t>(how)) & has_waiters) != 0) tell_waiters();
}

void job_core::refuse(std::exception_ptr error) noexcept {
  if (!begin()) return;
  drop_payload();
  end_with_error(std::move(error));
}

bool job_core::cancel(const shared_text& reason) noexcept {
  if (!begin()) {
    if (phase() == job_phase::running) request_stop();
    return false;
  }
  // `running` for a moment: the owner alone may write.
  reason_ = reason;
  drop_payload();
  end(job_phase::cancelled);
  return true;
}

void job_core::tell_waiters() noexcept {
  intrusive_list<job_waiter> reached;
  {
    const std::lock_guard guard(lock_of(*this));
    while (job_waiter* const waiter = waiters_.pop_front()) {
      if (waiter->reach()) reached.push_back(*waiter);
    }
  }
  while (job_waiter* const waiter = reached.pop_front()) waiter->tell();
}

bool job_core::add_waiter(job_waiter& waiter) noexcept {
  const std::lock_guard guard(lock_of(*this));
  std::uint32_t word = word_.load_acquire();  // if it has ended, the caller looks at how
  do {
    if (phase_of(word) >= job_phase::value) return false;
  } while (!word_.compare_exchange(word, word | has_waiters));
  // Whoever ends it from here on has seen the mark, and comes for the lock.
  waiters_.push_back(waiter);
  return true;
}

bool job_core::remove_waiter(job_waiter& waiter) noexcept {
  const std::lock_guard guard(lock_of(*this));
  // One that is being told is in a list of the teller's, which does not hold the lock.
  for (job_waiter& each : waiters_) {
    if (&each != &waiter) continue;
    waiter.unlink();
    return true;
  }
  return false;
}

bool job_core::wait(std::int64_t nanoseconds) {
  if (done()) return true;
  // A worker that waits for what is behind it in its own queue might wait for ever.
  if (home != nullptr && home == current_home()) perform();
  if (nanoseconds > brief_look::longest && looking().worth_it() &&
      looking().look([this] { return done(); })) {
    return true;
  }
  blocked_thread me;
  if (!add_waiter(me)) return true;
  std::unique_lock lock(lock_of(*this));
  const auto is_told = [&me] { return me.told; };
  using std::chrono::steady_clock;
  const steady_clock::time_point now = steady_clock::now();
  const std::chrono::nanoseconds longest = steady_clock::time_point::max() - now;
  if (nanoseconds >= longest.count()) {
    me.changed.wait(lock, is_told);
  } else if (!me.changed.wait_until(lock, now + std::chrono::nanoseconds(nanoseconds), is_told)) {
    me.unlink();
    return false;
  }
  return true;
}

void job_core::set_caller(scheduler* caller) noexcept {
  const std::lock_guard guard(lock_of(*this));
  caller_ = caller;
}

void job_core::forget_caller(const scheduler* caller) noexcept {
  const std::lock_guard guard(lock_of(*this));
  if (caller_ == caller) caller_ = nullptr;
}

scheduler* job_core::hold_caller() noexcept {
  const std::lock_guard guard(lock_of(*this));
  return caller_ != nullptr && caller_->hold_open() ? caller_ : nullptr;
}

}  // namespace rill::detail
