// SPDX-License-Identifier: BSL-1.0
#include "net/blocking_pool.hpp"

#include <signal.h>

#include <utility>

namespace rill::detail {

namespace {

/// Blocks all signals in this thread, and so in threads that it starts.
class signals_blocked {
 public:
  signals_blocked() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  signals_blocked(const signals_blocked&) = delete;
  signals_blocked& operator=(const signals_blocked&) = delete;
  ~signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace

const ready_ops blocking_job::job_ops{&blocking_job::run, &blocking_job::drop};

void blocking_job::perform(std::shared_ptr<blocking_job> self) noexcept {
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
  const std::lock_guard<std::mutex> guard(mutex_);
  running_ = false;
  if (abandoned_) {
    ended_.notify_all();
    return;
  }
  error_ = std::move(error);
  posted_ = true;
  self_ = std::move(self);
  owner_->post(*this);
}

bool blocking_job::abandon() noexcept {
  const std::lock_guard<std::mutex> guard(mutex_);
  if (posted_ || (running_ && when_cancelled_ == begun_call::awaited)) return false;
  abandoned_ = true;
  return true;
}

void blocking_job::leave() noexcept {
  std::unique_lock<std::mutex> lock(mutex_);
  if (posted_) return;
  abandoned_ = true;
  if (when_cancelled_ == begun_call::awaited) ended_.wait(lock, [this] { return !running_; });
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

blocking_pool::~blocking_pool() {
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    ending_ = true;
    jobs_.clear();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void blocking_pool::submit(std::shared_ptr<blocking_job> job) {
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    jobs_.push_back(std::move(job));
    if (jobs_.size() > idle_ && threads_.size() < most_threads_) {
      try {
        start_thread();
      } catch (...) {
        // No thread to be had: those that run do the work; without any, nobody would.
        if (threads_.empty()) {
          jobs_.pop_back();
          throw;
        }
      }
    }
  }
  changed_.notify_one();
}

// A thread of the library is no place for the program's signal handlers, and what sendfile() raises
// for a broken connection is to be an error.
void blocking_pool::start_thread() {
  const signals_blocked for_the_thread;
  threads_.emplace_back([this] { work(); });
}

void blocking_pool::work() noexcept {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    ++idle_;
    changed_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    --idle_;
    if (ending_) return;
    std::shared_ptr<blocking_job> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    blocking_job& performed = *job;
    performed.perform(job);
    job.reset();
    lock.lock();
  }
}

}  // namespace rill::detail
