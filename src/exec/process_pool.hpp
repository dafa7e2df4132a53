// SPDX-License-Identifier: BSL-1.0
// The manager of worker processes.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "exec/worker_process.hpp"
#include "rill/base/detail/atomic.hpp"
#include "rill/exec/detail/process_job.hpp"
#include "rill/exec/detail/process_pool_owner.hpp"
#include "rill/exec/executor_future.hpp"

namespace rill::detail {

class worker_keeper;

/// The queue, and a keeper for each worker.
///
/// Invariants, under `mutex_`: 1. A job is in `jobs_`, with one keeper, or has ended. 2. While
/// there are jobs, each keeper is at work or has been woken, or as many as may be are started.
/// 3. `idle_` has the keepers that wait and have not been woken. 4. Once `closing_`, no job and no
/// keeper is added; the last keeper that ends fulfils `closed_`.
class process_pool : public std::enable_shared_from_this<process_pool> {
 public:
  explicit process_pool(process_pool_plan plan);
  process_pool(const process_pool&) = delete;
  process_pool& operator=(const process_pool&) = delete;
  ~process_pool();

  void submit(std::shared_ptr<process_job> job);
  void close(bool cancel_pending);
  executor_future<> closed() const { return closed_future_; }
  bool is_own_thread() const noexcept;
  /// Waits for the threads. Requires: this is none of them.
  void join();
  /// Cancels what waits, kills the workers, and joins the threads, but for one that calls this.
  void abandon() noexcept;
  void kill_workers() noexcept;
  process_pool_stats stats() const;
  std::vector<std::int64_t> worker_ids() const;
  const process_pool_plan& plan() const noexcept { return plan_; }
  /// Workers that are only being started are to be killed too.
  bool is_dying() const noexcept { return dying_.load_acquire(); }
  bool is_elsewhere() const noexcept { return own_process_id() != process_; }

  // For keepers.
  worker_starter& starter() noexcept { return *starter_; }
  /// Null when the pool has none: the keeper is to wait, or, when closing, to end.
  std::shared_ptr<process_job> take_job(worker_keeper& asking, bool& end);
  void job_has_ended() noexcept;
  void worker_has_started() noexcept;
  void worker_has_ended(bool lost) noexcept;
  /// No worker can be set up: fails what waits, and what comes.
  void break_down(const std::string& reason) noexcept;
  void keeper_has_ended(std::shared_ptr<process_pool> self) noexcept;

 private:
  void require_open() const;
  void start_keeper();

  const process_pool_plan plan_;
  const std::int64_t process_;
  const std::unique_ptr<worker_starter> starter_;
  mutable std::mutex mutex_;
  std::mutex joining_;
  std::deque<std::shared_ptr<process_job>> jobs_;
  std::vector<std::unique_ptr<worker_keeper>> keepers_;
  std::vector<worker_keeper*> idle_;
  process_pool_stats stats_;
  std::size_t keepers_left_ = 0;
  bool closing_ = false;
  atomic<bool> dying_{false};  // before kill_workers() looks at a keeper, under that one's lock
  std::optional<std::string> broken_;
  executor_promise<> closed_;
  const executor_future<> closed_future_;
};

}  // namespace rill::detail
