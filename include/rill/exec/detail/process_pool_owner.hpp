// SPDX-License-Identifier: BSL-1.0
// The manager of worker processes, as process_pool_executor sees it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "rill/core/coro.hpp"
#include "rill/exec/detail/process_job.hpp"
#include "rill/exec/executor_future.hpp"

namespace rill {

// [worker_start]
/// How the workers of a process pool come to be. multiprocessing: set_start_method().
enum class worker_start : std::uint8_t {
  /// Each is a new process of this program's own executable. They share nothing with the program.
  spawn,
  /// A process of the executable that does nothing else forks them: quicker for programs that take
  /// long to start, and as clean, as it has no threads. What their static initialisers made, the
  /// workers share copies of. Windows has none: the pool throws std::system_error (not supported).
  fork_server,
};
// [/worker_start]

// [process_pool_stats]
/// What a process pool does at the moment.
struct process_pool_stats {
  std::size_t workers = 0;    ///< processes that are there
  std::size_t queued = 0;     ///< jobs that no worker has taken, cancelled ones too
  std::size_t running = 0;    ///< jobs that a worker does
  std::uint64_t started = 0;  ///< processes that were started in all
  std::uint64_t lost = 0;     ///< of them, those that ended unasked
};
// [/process_pool_stats]

namespace detail {

class process_pool;

/// What the manager wants of the options.
struct process_pool_plan {
  std::size_t max_workers = 0;
  std::size_t max_tasks_per_worker = 0;  // 0: no limit
  worker_start start = worker_start::spawn;
  std::chrono::milliseconds start_limit{0};
  std::chrono::milliseconds exit_limit{0};
  /// Makes the call that each worker begins with. Null: none. In any thread.
  std::shared_ptr<const process_job_maker> initializer;
};

/// Owns a manager, which ends with it. Moved from, it can only be destroyed or assigned to.
class process_pool_owner {
 public:
  explicit process_pool_owner(process_pool_plan plan);
  process_pool_owner(process_pool_owner&&) noexcept = default;
  process_pool_owner& operator=(process_pool_owner&& other) noexcept {
    process_pool_owner mine(std::move(other));
    std::swap(pool_, mine.pool_);
    return *this;
  }
  /// Waits for all jobs; where that would stop something, it kills the workers.
  ~process_pool_owner();

  /// In a process that was forked: the pool is the parent's, and all but submit() does nothing.
  bool is_elsewhere() const noexcept;
  void submit(std::shared_ptr<process_job> job);
  /// Takes no more jobs.
  void close(bool cancel_pending);
  /// Ends when all jobs and workers have.
  executor_future<> closed() const;
  /// Joins the threads, which by then end by themselves.
  void join();
  void shutdown(bool wait, bool cancel_pending);
  void kill_workers() noexcept;
  process_pool_stats stats() const;
  std::vector<std::int64_t> worker_ids() const;
  std::size_t max_workers() const noexcept;

 private:
  std::shared_ptr<process_pool> pool_;
};

coro<> close_pool(process_pool_owner& pool, bool cancel_pending);

/// How many of so many elements go into a chunk; at least one.
std::size_t chunk_of(std::size_t count, std::size_t wanted, std::size_t workers) noexcept;

}  // namespace detail

}  // namespace rill
