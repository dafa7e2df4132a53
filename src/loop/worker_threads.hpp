// SPDX-License-Identifier: BSL-1.0
// Threads that run jobs in the order of their coming: under thread_pool_executor, and under the
// calls of the layers between that block.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "loop/brief_look.hpp"
#include "rill/base/detail/atomic.hpp"
#include "rill/base/unique_function.hpp"
#include "rill/loop/detail/job_core.hpp"

namespace rill::detail {

struct worker_options {
  std::size_t most_threads = 1;
  std::size_t most_lost = 0;  // so many lost threads are replaced by others
  std::string name;
  unique_function<void()> initializer;  // in each thread, before its first job; several at once
  /// The error of jobs, when the initializer has thrown.
  std::exception_ptr (*describe_failure)(const std::exception_ptr&) = nullptr;
};

struct worker_stats {
  std::size_t threads = 0;
  std::size_t idle = 0;
  std::size_t queued = 0;
};

/// Starts threads as jobs come. Always held by a shared_ptr: each thread has one, so whoever has
/// made them may go without waiting for them.
///
/// A thread can be **lost** to a job that does not end and that nobody wants any more. It does not
/// count then, so that others have their turn, and goes when it is found again and others have
/// taken its place.
///
/// Invariants, whenever the lock is free: 1. A worker is in `idle_` only while nothing is queued.
/// 2. What a worker has in `job` is counted, and its own; it is written under the lock. 3. While
/// something is queued there is a thread, unless they are broken, and then nothing is. 4. `lost_`
/// counts jobs that are being run, nothing else.
class worker_threads : public std::enable_shared_from_this<worker_threads> {
 public:
  explicit worker_threads(worker_options options);
  worker_threads(const worker_threads&) = delete;
  worker_threads& operator=(const worker_threads&) = delete;
  /// Requires: joined, or let go.
  ~worker_threads();

  enum class acceptance : std::uint8_t { taken, ended, forked };
  /// Takes the job, and nothing if it is not accepted. Throws what describe_failure() gave once
  /// they are broken, and if there is no thread at all.
  acceptance submit(job_ref<>& job);
  /// Takes a job out that was cancelled, so that nothing is kept of it until its turn.
  void forget(const job_core& job) noexcept;
  /// The thread that runs a job is lost from now on; it is found when that has ended, behind the
  /// first call.
  void note_lost() noexcept;
  void note_found() noexcept;
  /// No more jobs. Those that are queued are done, or cancelled, and the running ones asked to
  /// stop.
  void end(bool cancel_pending) noexcept;
  /// Behind end(): blocks until the threads have ended. Requires: not a thread of these.
  void join() noexcept;
  /// Behind end(): nobody waits for the threads but the end of the program.
  void let_go() noexcept;
  /// Behind end(): blocks until idle threads have ended; nobody waits for the others, not even the
  /// end of the program. What they use must be their own. Instead of join(), and once.
  void leave_busy() noexcept;

  /// Behind a fork: the threads are not here, and jobs are not taken.
  bool forked() const noexcept;
  bool is_own_thread() const noexcept { return current_home() == this; }
  /// There is a job that has not ended, and end() was not called.
  bool busy() const noexcept;
  bool has_threads() const noexcept;
  worker_stats stats() const noexcept;

 private:
  struct worker {
    std::thread thread;
    std::condition_variable changed;
    atomic<bool> called{false};  // it is idle no more
    brief_look looking;
    job_core* job = nullptr;
    worker* next_idle = nullptr;
  };

  std::size_t most_now() const noexcept;
  void start_thread();
  void work(worker& me) noexcept;
  void serve(worker& me) noexcept;
  void retire(const worker& me) noexcept;
  bool initialize() noexcept;
  void break_down(const std::exception_ptr& why) noexcept;
  bool work_on(worker& me, std::unique_lock<std::mutex>& lock) noexcept;
  void wait_for_work(worker& me, std::unique_lock<std::mutex>& lock) noexcept;
  void push(job_core& job) noexcept;
  job_core* pop() noexcept;
  job_core* take_queue() noexcept;
  job_ref<> next_running(std::size_t& index) const noexcept;

  worker_options options_;
  const std::uint32_t forks_;
  mutable std::mutex mutex_;
  std::condition_variable joined_;
  std::vector<std::unique_ptr<worker>> workers_;
  worker* idle_ = nullptr;     // the one that became so last is first
  worker* retired_ = nullptr;  // without threads, to be used again
  job_core* first_ = nullptr;
  job_core* last_ = nullptr;
  std::size_t queued_ = 0;
  std::size_t lost_ = 0;
  std::exception_ptr broken_;
  bool ending_ = false;
  bool joining_ = false;
  bool gone_ = false;  // all have been joined
};

}  // namespace rill::detail
