// SPDX-License-Identifier: BSL-1.0
#include "net/blocking_pool.hpp"

#include <algorithm>
#include <cerrno>
#include <deque>
#include <list>
#include <system_error>
#include <thread>
#include <utility>

#include "base/quiet_thread.hpp"

namespace rill::detail {

namespace {

// Threads that may be lost to calls which nobody wants any more, before those count like others.
constexpr std::size_t most_lost = 28;

}  // namespace

/// What the threads of a pool share; theirs as long as one runs.
///
/// Invariants: 1. `alive_` counts the threads that have been started and will take further jobs;
/// 2. `lost_` those of them that are at an abandoned job.
class blocking_threads : public std::enable_shared_from_this<blocking_threads> {
 public:
  explicit blocking_threads(std::size_t most) noexcept : most_(most) {}

  void submit(std::shared_ptr<blocking_job> job);
  void end() noexcept;
  /// Drops a job that no thread has taken.
  void forget(const blocking_job& job) noexcept;
  void note_lost() noexcept;
  void note_found() noexcept;

 private:
  struct worker {
    std::thread thread;
    bool busy = false;
  };

  void start_if_needed() noexcept;
  void work(worker& me) noexcept;

  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<blocking_job>> jobs_;
  std::list<worker> workers_;
  std::size_t alive_ = 0;
  std::size_t idle_ = 0;
  std::size_t lost_ = 0;
  bool ending_ = false;
};

const ready_ops blocking_job::job_ops{&blocking_job::run, &blocking_job::drop};

void blocking_job::perform(std::shared_ptr<blocking_job> self) noexcept {
  const std::shared_ptr<blocking_threads> threads = threads_;
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (abandoned_) return;
    running_ = true;
  }
  std::exception_ptr error;
  try {
    call();
  } catch (...) {
    error = std::current_exception();
  }
  std::unique_lock<std::mutex> lock(mutex_);
  running_ = false;
  if (abandoned_) {
    ended_.notify_all();
    lock.unlock();
    threads->note_found();
    return;
  }
  error_ = std::move(error);
  posted_ = true;
  self_ = std::move(self);
  owner_->post(*this);
}

bool blocking_job::abandon() noexcept {
  std::unique_lock<std::mutex> lock(mutex_);
  if (posted_ || (running_ && when_cancelled_ == begun_call::awaited)) return false;
  give_up(lock);
  return true;
}

void blocking_job::give_up(std::unique_lock<std::mutex>& lock) noexcept {
  const bool first = !std::exchange(abandoned_, true);
  if (!first) return;
  if (!running_) {
    if (threads_ != nullptr) threads_->forget(*this);  // the caller has it still
    return;
  }
  // The thread that ends the call meanwhile says so behind this, as it needs the lock for it.
  threads_->note_lost();
  if (when_cancelled_ == begun_call::awaited) ended_.wait(lock, [this] { return !running_; });
}

void blocking_job::leave() noexcept {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!posted_) give_up(lock);
}

void blocking_job::run(ready_node& node) noexcept {
  auto& job = static_cast<blocking_job&>(node);
  const std::shared_ptr<blocking_job> keep = std::move(job.self_);
  if (job.waiting != nullptr) job.waiting->call_ended();
}

void blocking_job::drop(ready_node& node) noexcept {
  auto& job = static_cast<blocking_job&>(node);
  const std::shared_ptr<blocking_job> last = std::move(job.self_);
}

// -- the threads ---------------------------------------------------------------------------------

void blocking_threads::submit(std::shared_ptr<blocking_job> job) {
  const std::lock_guard<std::mutex> guard(mutex_);
  jobs_.push_back(std::move(job));
  start_if_needed();
  // No thread to be had: those that run do the work; without any, nobody would.
  if (alive_ == 0) {
    jobs_.pop_back();
    throw std::system_error(EAGAIN, std::generic_category(), "rill: starting a thread");
  }
  changed_.notify_one();
}

void blocking_threads::start_if_needed() noexcept {
  if (jobs_.size() <= idle_ || alive_ >= most_ + std::min(lost_, most_lost)) return;
  try {
    worker& made = workers_.emplace_back();
    try {
      made.thread =
          start_quiet_thread({}, [self = shared_from_this(), &made] { self->work(made); });
      ++alive_;
    } catch (...) {
      workers_.pop_back();
    }
  } catch (...) {
    // Whoever needs it to be there looks at alive_.
  }
}

void blocking_threads::forget(const blocking_job& job) noexcept {
  const std::lock_guard<std::mutex> guard(mutex_);
  std::erase_if(jobs_, [&job](const auto& each) { return each.get() == &job; });
}

void blocking_threads::note_lost() noexcept {
  const std::lock_guard<std::mutex> guard(mutex_);
  ++lost_;
  start_if_needed();
}

void blocking_threads::note_found() noexcept {
  const std::lock_guard<std::mutex> guard(mutex_);
  --lost_;
}

void blocking_threads::end() noexcept {
  std::deque<std::shared_ptr<blocking_job>> dropped;
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    ending_ = true;
    dropped.swap(jobs_);
    for (worker& each : workers_) {
      if (each.busy) each.thread.detach();
    }
  }
  changed_.notify_all();
  // Nobody starts another one, and those that were busy touch their flag alone.
  for (worker& each : workers_) {
    if (each.thread.joinable()) each.thread.join();
  }
}

void blocking_threads::work(worker& me) noexcept {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    ++idle_;
    changed_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    --idle_;
    if (ending_) break;
    me.busy = true;
    std::shared_ptr<blocking_job> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    blocking_job& performed = *job;
    performed.perform(job);
    job.reset();
    lock.lock();
    me.busy = false;
    if (ending_ || alive_ <= most_ + lost_) continue;
    // Others have taken its place while it was lost.
    me.thread.detach();
    workers_.remove_if([&me](const worker& each) { return &each == &me; });
    break;
  }
  --alive_;
}

blocking_pool::blocking_pool(std::size_t most_threads)
    : threads_(std::make_shared<blocking_threads>(most_threads)) {}

blocking_pool::~blocking_pool() { threads_->end(); }

void blocking_pool::submit(std::shared_ptr<blocking_job> job) {
  job->set_threads(threads_);
  threads_->submit(std::move(job));
}

}  // namespace rill::detail
