// SPDX-License-Identifier: BSL-1.0
#include "exec/process_pool.hpp"

#include <algorithm>
#include <utility>

#include "base/host.hpp"
#include "exec/worker_keeper.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/scheduler.hpp"
#include "rill/exec/exec_errors.hpp"
#include "rill/loop/detail/job_core.hpp"

namespace rill::detail {

namespace {

process_pool_plan with_defaults(process_pool_plan plan) {
  if (plan.max_workers == 0) plan.max_workers = usable_processors();
  return plan;
}

std::unique_ptr<worker_starter> make_starter(worker_start how) {
  if (!worker_main_is_called()) {
    throw_usage(
        "rill: a process pool needs rill::process_worker_main() as the first line of main(): its "
        "workers are this program, and turn off there");
  }
  return how == worker_start::spawn ? make_spawn_starter() : make_server_starter();
}

}  // namespace

process_pool::process_pool(process_pool_plan plan)
    : plan_(with_defaults(std::move(plan))),
      process_(own_process_id()),
      starter_(make_starter(plan_.start)),
      closed_future_(closed_.get_future()) {
  closed_.begin();
  keepers_.reserve(plan_.max_workers);
  idle_.reserve(plan_.max_workers);
}

process_pool::~process_pool() = default;

void process_pool::require_open() const {
  if (broken_) throw broken_process_pool(*broken_);
  if (closing_) throw executor_shut_down();
}

void process_pool::submit(std::shared_ptr<process_job> job) {
  // First of all: a thread that is not here may have had the lock when this process was forked.
  if (is_elsewhere()) {
    throw_usage(
        "rill: this process pool belongs to the process that has forked this one; make one here");
  }
  const std::lock_guard<std::mutex> guard(mutex_);
  require_open();
  jobs_.push_back(std::move(job));
  if (!idle_.empty()) {
    idle_.back()->wake();
    idle_.pop_back();
  } else if (keepers_.size() < plan_.max_workers) {
    try {
      start_keeper();
    } catch (...) {
      // No thread to be had: those that run do the work; without any, nobody would.
      if (keepers_.empty()) {
        jobs_.pop_back();
        throw;
      }
    }
  }
}

void process_pool::start_keeper() {
  keepers_.push_back(std::make_unique<worker_keeper>(*this));
  try {
    const auto start = [](void* self) {
      auto* const pool = static_cast<process_pool*>(self);
      pool->keepers_.back()->start(pool->shared_from_this());
    };
    without_signals(start, this);
  } catch (...) {
    keepers_.pop_back();
    throw;
  }
  ++keepers_left_;
}

std::shared_ptr<process_job> process_pool::take_job(worker_keeper& asking, bool& end) {
  const std::lock_guard<std::mutex> guard(mutex_);
  if (!jobs_.empty()) {
    std::shared_ptr<process_job> job = std::move(jobs_.front());
    jobs_.pop_front();
    ++stats_.running;
    return job;
  }
  end = closing_;
  if (!end) idle_.push_back(&asking);
  return nullptr;
}

void process_pool::job_has_ended() noexcept {
  const std::lock_guard<std::mutex> guard(mutex_);
  --stats_.running;
}

void process_pool::worker_has_started() noexcept {
  const std::lock_guard<std::mutex> guard(mutex_);
  ++stats_.started;
  ++stats_.workers;
}

void process_pool::worker_has_ended(bool lost) noexcept {
  const std::lock_guard<std::mutex> guard(mutex_);
  --stats_.workers;
  if (lost) ++stats_.lost;
}

void process_pool::break_down(const std::string& reason) noexcept {
  std::deque<std::shared_ptr<process_job>> waiting;
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (!broken_) broken_ = reason;
    waiting.swap(jobs_);
  }
  for (const auto& job : waiting) job->fail(std::make_exception_ptr(broken_process_pool(reason)));
}

void process_pool::keeper_has_ended(std::shared_ptr<process_pool> self) noexcept {
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (--keepers_left_ != 0) return;
  }
  self->closed_.set_result();
}

void process_pool::close(bool cancel_queued) {
  if (is_elsewhere()) return;
  std::deque<std::shared_ptr<process_job>> waiting;
  bool over = false;
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (cancel_queued) waiting.swap(jobs_);
    over = !closing_ && keepers_left_ == 0;
    closing_ = true;
    for (worker_keeper* const keeper : idle_) keeper->wake();
    idle_.clear();
  }
  for (const auto& job : waiting) job->cancel("the process pool was closed");
  if (over) closed_.set_result();
}

bool process_pool::is_own_thread() const noexcept { return current_home() == this; }

void process_pool::join() {
  if (is_elsewhere()) return;
  const std::lock_guard<std::mutex> guard(joining_);
  for (const auto& keeper : keepers_) {
    if (keeper->thread().joinable()) keeper->thread().join();
  }
}

void process_pool::abandon() noexcept {
  dying_.store_release(true);
  close(true);
  kill_workers();
  for (const auto& keeper : keepers_) {
    std::thread& thread = keeper->thread();
    if (!thread.joinable()) continue;
    if (thread.get_id() == std::this_thread::get_id()) {
      thread.detach();
    } else {
      thread.join();
    }
  }
}

void process_pool::kill_workers() noexcept {
  if (is_elsewhere()) return;
  const std::lock_guard<std::mutex> guard(mutex_);
  for (const auto& keeper : keepers_) keeper->kill();
}

process_pool_stats process_pool::stats() const {
  if (is_elsewhere()) return {};
  const std::lock_guard<std::mutex> guard(mutex_);
  process_pool_stats stats = stats_;
  stats.queued = jobs_.size();
  return stats;
}

std::vector<std::int64_t> process_pool::worker_ids() const {
  if (is_elsewhere()) return {};
  const std::lock_guard<std::mutex> guard(mutex_);
  std::vector<std::int64_t> ids;
  for (const auto& keeper : keepers_) {
    if (const auto id = keeper->worker_id()) ids.push_back(*id);
  }
  return ids;
}

process_pool_owner::process_pool_owner(process_pool_plan plan)
    : pool_(std::make_shared<process_pool>(std::move(plan))) {}

// In a forked copy of the process there are no threads to join, and the workers are the parent's.
process_pool_owner::~process_pool_owner() {
  if (pool_ == nullptr) return;
  if (pool_->is_elsewhere()) {
    static_cast<void>(new std::shared_ptr<process_pool>(std::move(pool_)));
  } else if (scheduler::current() != nullptr || pool_->is_own_thread()) {
    pool_->abandon();
  } else {
    pool_->close(false);
    pool_->join();
  }
}

void process_pool_owner::shutdown(bool wait, bool cancel_pending) {
  if (wait && pool_->is_own_thread()) {
    throw_usage("rill: a process pool cannot be waited for in a callback of one of its own jobs");
  }
  if (wait && scheduler::current() != nullptr) {
    throw_usage(
        "rill: waiting for the end of a process pool would stop the event loop that runs in this "
        "thread; co_await pool.aclose() here");
  }
  pool_->close(cancel_pending);
  if (!wait || pool_->is_elsewhere()) return;
  pool_->closed().wait();
  pool_->join();
}

coro<> close_pool(process_pool_owner& pool, bool cancel_pending) {
  pool.close(cancel_pending);
  if (pool.is_elsewhere()) co_return;
  const executor_future<> closed = pool.closed();
  co_await closed;
  pool.join();
}

std::size_t chunk_of(std::size_t count, std::size_t wanted, std::size_t workers) noexcept {
  if (wanted != 0) return wanted;
  return std::max<std::size_t>(1, (count + 4 * workers - 1) / (4 * workers));
}

void process_pool_owner::submit(std::shared_ptr<process_job> job) { pool_->submit(std::move(job)); }
bool process_pool_owner::is_elsewhere() const noexcept { return pool_->is_elsewhere(); }
void process_pool_owner::close(bool cancel_pending) { pool_->close(cancel_pending); }
executor_future<> process_pool_owner::closed() const { return pool_->closed(); }
void process_pool_owner::join() { pool_->join(); }
void process_pool_owner::kill_workers() noexcept { pool_->kill_workers(); }
process_pool_stats process_pool_owner::stats() const { return pool_->stats(); }
std::vector<std::int64_t> process_pool_owner::worker_ids() const { return pool_->worker_ids(); }
std::size_t process_pool_owner::max_workers() const noexcept { return pool_->plan().max_workers; }

}  // namespace rill::detail
