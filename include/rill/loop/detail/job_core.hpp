// SPDX-License-Identifier: BSL-1.0
// A job for some other thread: what it does, who waits for it, how it ended. Under executor_future;
// locks stay in the source file.
#pragma once

#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>

#include "rill/base/detail/atomic.hpp"
#include "rill/base/detail/intrusive_list.hpp"
#include "rill/base/detail/shared_text.hpp"
#include "rill/core/detail/frame_pool.hpp"
#include "rill/core/detail/value_slot.hpp"

namespace rill::detail {

class scheduler;

enum class job_phase : std::uint8_t {
  queued,     // nobody has begun it
  running,    // somebody has
  value,      // ended; the value is in place
  error,      // ended; the error is set
  cancelled,  // never begun, or its function has thrown cancelled_error
};

/// Somebody to be told when a job has ended.
class job_waiter : public list_node {
 public:
  /// Under the job's lock, in the thread that ends it. True if it can be told, and stays until it
  /// has been.
  virtual bool reach() noexcept = 0;
  /// Behind the lock, unlinked; may be gone when this returns.
  virtual void tell() noexcept = 0;

 protected:
  job_waiter() = default;
  ~job_waiter() = default;
};

/// Shared by the futures of the job and by whoever is to run it.
///
/// Invariants: 1. The phase leaves `queued` once, by whoever owns what the job holds from then on:
/// the thread that runs it, or the one that has cancelled it. 2. Who waits is in `waiters_`, under
/// the lock, only while the job has not ended. 3. `error_` and the value are written before the
/// phase that says so, and never again.
class job_core {
 public:
  job_core(const job_core&) = delete;
  job_core& operator=(const job_core&) = delete;

  void add_reference() noexcept { references_.fetch_add_relaxed(1); }
  void release() noexcept {
    if (references_.fetch_sub(1) == 1) last_release();
  }

  job_phase phase() const noexcept { return phase_of(word_.load_acquire()); }
  bool done() const noexcept { return phase() >= job_phase::value; }
  /// Requires: done. Null for a value; a cancelled_error for a job that was cancelled.
  std::exception_ptr error() const;
  /// The same, thrown; counts as having looked.
  void throw_error();
  /// Somebody looks at the outcome, or nobody is meant to.
  void mark_observed() noexcept { observed_.store_relaxed(true); }

  /// Runs it in this thread, unless it was cancelled or begun.
  void perform() noexcept;
  /// For those that run it by parts: claims it. False if it was cancelled.
  bool begin() noexcept;
  /// Behind begin(): it ended so. `value`: it is in place.
  void end_with_value() noexcept { end(job_phase::value); }
  void end_with_error(std::exception_ptr error) noexcept;
  /// It will not be run: ends it with the error, unless that is too late.
  void refuse(std::exception_ptr error) noexcept;

  /// Ends it if it has not begun; else asks it to stop, if it listens. True in the first case.
  bool cancel(const shared_text& reason) noexcept;

  /// Blocks for at most so many nanoseconds; false if it has not ended then. Runs it here if this
  /// is a thread of the workers in whose queue it is.
  bool wait(std::int64_t nanoseconds);
  /// False if it has ended already: nobody will be told.
  bool add_waiter(job_waiter& waiter) noexcept;
  /// False if it is not in the list any more: it is being told, or has been.
  bool remove_waiter(job_waiter& waiter) noexcept;

  /// The loop that has asked for it, for calls back into it, until that is closed.
  void set_caller(scheduler* caller) noexcept;
  void forget_caller(const scheduler* caller) noexcept;
  /// The same, kept open until scheduler::post_held(); null if there is none.
  scheduler* hold_caller() noexcept;

  job_core* next = nullptr;    // in the queue of workers
  const void* home = nullptr;  // those workers

 protected:
  job_core() noexcept = default;
  virtual ~job_core();

 private:
  static constexpr std::uint32_t phase_bits = 7;
  static constexpr std::uint32_t has_waiters = 8;
  static job_phase phase_of(std::uint32_t word) noexcept {
    return static_cast<job_phase>(word & phase_bits);
  }

  /// Behind begin(): does the work, and ends it.
  virtual void run() noexcept = 0;
  /// Destroys what it was given to work with. Once, by the owner.
  virtual void drop_payload() noexcept {}
  virtual void request_stop() noexcept {}

  bool claim(job_phase next_phase) noexcept;
  void end(job_phase how) noexcept;
  void tell_waiters() noexcept;
  void last_release() noexcept;

  // A job_phase, and has_waiters while somebody is in the list.
  atomic<std::uint32_t> word_{0};
  atomic<std::uint32_t> references_{1};
  intrusive_list<job_waiter> waiters_;
  std::exception_ptr error_;
  shared_text reason_;  // of its cancellation
  scheduler* caller_ = nullptr;
  atomic<bool> observed_{false};
};

/// A counted pointer to a job.
template <class Core = job_core>
class job_ref {
 public:
  job_ref() noexcept = default;
  /// Takes over a reference that exists already.
  struct adopt {};
  job_ref(Core* core, adopt /*tag*/) noexcept : core_(core) {}
  explicit job_ref(Core* core) noexcept : core_(core) {
    if (core_ != nullptr) core_->add_reference();
  }
  job_ref(const job_ref& other) noexcept : job_ref(other.core_) {}
  job_ref(job_ref&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
  template <class Derived>
    requires(!std::is_same_v<Derived, Core> && std::is_base_of_v<Core, Derived>)
  job_ref(job_ref<Derived> other) noexcept : core_(other.give()) {}
  job_ref& operator=(job_ref other) noexcept {
    std::swap(core_, other.core_);
    return *this;
  }
  ~job_ref() {
    if (core_ != nullptr) core_->release();
  }

  Core* give() noexcept { return std::exchange(core_, nullptr); }
  Core* get() const noexcept { return core_; }
  Core* operator->() const noexcept { return core_; }
  Core& operator*() const noexcept { return *core_; }
  explicit operator bool() const noexcept { return core_ != nullptr; }
  bool operator==(const job_ref&) const noexcept = default;

 private:
  Core* core_ = nullptr;
};

/// With room for a result.
template <class T>
class job_state : public job_core {
 public:
  value_slot<T> slot;

 protected:
  ~job_state() override {
    if (this->phase() == job_phase::value) slot.destroy();
  }
};

/// A result that is set from outside, by an executor_promise.
template <class T>
class promised_job final : public job_state<T>, public from_pool {
 private:
  void run() noexcept override {}
};

/// Tells of an error that nobody else can see: to the handler of the loop that runs in this thread,
/// else to that of set_job_error_handler().
void report_job_error(const char* what, const std::exception_ptr& error) noexcept;

/// Marks this thread as one of those workers; null: of none.
void set_home(const void* workers) noexcept;
const void* current_home() noexcept;
/// The job that this thread runs, or null.
job_core* current_job() noexcept;

}  // namespace rill::detail
