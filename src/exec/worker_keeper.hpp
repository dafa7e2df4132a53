// SPDX-License-Identifier: BSL-1.0
// A thread of a process pool with the worker process that it keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "exec/process_channel.hpp"
#include "exec/worker_process.hpp"
#include "exec/worker_waker.hpp"
#include "rill/exec/detail/process_job.hpp"
#include "rill/exec/detail/process_wire.hpp"

namespace rill::detail {

class process_pool;

/// Takes jobs one by one, sends each to its process and waits for the answer: blocking calls, so
/// that arguments and results of any size stream and neither side holds them whole.
class worker_keeper {
 public:
  explicit worker_keeper(process_pool& pool) : pool_(pool) {}
  worker_keeper(const worker_keeper&) = delete;
  worker_keeper& operator=(const worker_keeper&) = delete;

  void start(std::shared_ptr<process_pool> pool);
  /// Requires: it is idle.
  void wake() noexcept { waker_.wake(); }
  /// In any thread.
  void kill() noexcept;
  std::optional<std::int64_t> worker_id() const noexcept;
  std::thread& thread() noexcept { return thread_; }

 private:
  /// The process and what is said to it.
  struct worker {
    explicit worker(started_worker&& from)
        : channel(std::move(from.channel)),
          watch(std::move(from.watch)),
          in(channel),
          out(channel) {}
    process_channel channel;
    std::unique_ptr<worker_watch> watch;
    wire_reader in;
    wire_writer out;
    std::int64_t id = 0;
    std::size_t jobs_done = 0;
  };
  enum class sent { whole, refused, not_at_all };

  void run() noexcept;
  void perform(process_job& job) noexcept;
  /// False when none can be had; the job is told why.
  bool have_worker(process_job& job) noexcept;
  std::string give_up() noexcept;
  void start_worker();
  void initialize();
  sent send(process_job& job) noexcept;
  void receive(process_job& job) noexcept;
  void wait_idle() noexcept;
  /// Ends it as it should: it sees the end of its channel, and goes.
  void dismiss() noexcept;
  /// It has gone by itself; tells how.
  std::string bury() noexcept;
  std::string reap(std::chrono::milliseconds limit) noexcept;

  process_pool& pool_;
  worker_waker waker_;
  mutable std::mutex mutex_;  // of worker_, for kill() and worker_id() in other threads
  std::unique_ptr<worker> worker_;
  std::thread thread_;
};

}  // namespace rill::detail
