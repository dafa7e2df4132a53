// SPDX-License-Identifier: BSL-1.0
#include "net/blocking_pool.hpp"

#include <utility>

#include "loop/worker_threads.hpp"

namespace rill::detail {

namespace {

// Threads that may be lost to calls which nobody wants any more, before those count like others.
constexpr std::size_t most_lost = 28;

}  // namespace

const ready_ops blocking_job::job_ops{&blocking_job::tell_end, &blocking_job::drop_end};

void blocking_job::run() noexcept {
  std::exception_ptr error;
  try {
    call();
  } catch (...) {
    error = std::current_exception();
  }
  std::unique_lock<std::mutex> lock(mutex_);
  returned_ = true;
  if (abandoned_) {
    const std::shared_ptr<worker_threads> threads = threads_;
    ended_.notify_all();
    lock.unlock();
    threads->note_found();
  } else {
    failure_ = std::move(error);
    posted_ = true;
    add_reference();  // until tell_end() or drop_end()
    owner_->post(*this);
    lock.unlock();
  }
  end_with_value();
}

// True if no thread makes the call: it was not begun, and is not now. Or the pool has dropped it.
bool blocking_job::take_back() noexcept {
  if (!cancel({})) return phase() == job_phase::cancelled;
  if (threads_ != nullptr) threads_->forget(*this);
  return true;
}

bool blocking_job::abandon() noexcept {
  if (take_back()) return true;
  const std::lock_guard<std::mutex> guard(mutex_);
  if (posted_ || when_cancelled_ == begun_call::awaited) return false;
  abandon_begun();
  return true;
}

void blocking_job::leave() noexcept {
  if (take_back()) return;
  std::unique_lock<std::mutex> lock(mutex_);
  if (posted_) return;
  abandon_begun();
  if (when_cancelled_ == begun_call::awaited) ended_.wait(lock, [this] { return returned_; });
}

// Under the lock. The thread that ends the call meanwhile says so behind this, as it needs the lock
// for it.
void blocking_job::abandon_begun() noexcept {
  if (!std::exchange(abandoned_, true)) threads_->note_lost();
}

void blocking_job::tell_end(ready_node& node) noexcept {
  const job_ref<blocking_job> job(static_cast<blocking_job*>(&node), {});
  if (job->waiting != nullptr) job->waiting->call_ended();
}

void blocking_job::drop_end(ready_node& node) noexcept {
  static_cast<blocking_job&>(node).release();
}

blocking_pool::blocking_pool(std::size_t most_threads)
    : most_threads_(most_threads), threads_(make_threads()) {}

blocking_pool::~blocking_pool() {
  threads_->end(true);
  threads_->leave_busy();
}

std::shared_ptr<worker_threads> blocking_pool::make_threads() const {
  worker_options options;
  options.most_threads = most_threads_;
  options.most_lost = most_lost;
  options.name = "rill-calls";
  return std::make_shared<worker_threads>(std::move(options));
}

std::shared_ptr<worker_threads> blocking_pool::present_threads() {
  const std::lock_guard<std::mutex> guard(mutex_);
  if (threads_->forked()) {
    std::exchange(threads_, make_threads())->let_go();
  }
  return threads_;
}

void blocking_pool::submit(const job_ref<blocking_job>& job) {
  std::shared_ptr<worker_threads> threads = present_threads();
  job->set_threads(threads);
  job_ref<> work = job;
  threads->submit(work);
}

}  // namespace rill::detail
