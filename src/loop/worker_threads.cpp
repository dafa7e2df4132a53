// SPDX-License-Identifier: BSL-1.0
#include "loop/worker_threads.hpp"

#include <algorithm>
#include <utility>

#include "base/quiet_thread.hpp"
#include "loop/left_threads.hpp"

namespace rill::detail {

namespace {

shared_text reason_of_end() noexcept {
  try {
    return shared_text("the executor was shut down");
  } catch (...) {  // no memory: none is given
    return {};
  }
}

}  // namespace

worker_threads::worker_threads(worker_options options)
    : options_(std::move(options)), forks_(fork_count()) {}

worker_threads::~worker_threads() {
  while (retired_ != nullptr) delete std::exchange(retired_, retired_->next_idle);
}

bool worker_threads::forked() const noexcept { return fork_count() != forks_; }

worker_threads::acceptance worker_threads::submit(job_ref<>& job) {
  if (forked()) return acceptance::forked;
  job->home = this;
  std::unique_lock lock(mutex_);
  if (broken_) std::rethrow_exception(broken_);
  if (ending_) return acceptance::ended;
  if (worker* const woken = idle_) {
    idle_ = woken->next_idle;
    woken->job = job.give();
    woken->called.store_release(true);
    lock.unlock();
    woken->changed.notify_one();  // workers stay as long as these, also when they are joined
    return acceptance::taken;
  }
  if (workers_.size() < most_now()) {
    try {
      start_thread();
    } catch (...) {
      // No thread to be had: those that run do the work; without any, nobody would.
      if (workers_.empty()) throw;
    }
  }
  push(*job.give());
  return acceptance::taken;
}

std::size_t worker_threads::most_now() const noexcept {
  return options_.most_threads + std::min(lost_, options_.most_lost);
}

void worker_threads::start_thread() {
  workers_.reserve(workers_.size() + 1);
  if (retired_ == nullptr) retired_ = new worker;
  worker& me = *retired_;
  me.thread = start_quiet_thread(thread_name(options_.name, workers_.size()),
                                 [self = shared_from_this(), &me] { self->work(me); });
  retired_ = std::exchange(me.next_idle, nullptr);
  workers_.emplace_back(&me);
}

void worker_threads::work(worker& me) noexcept {
  set_home(this);
  if (initialize()) {
    serve(me);
  }
  set_home(nullptr);
}

void worker_threads::serve(worker& me) noexcept {
  std::unique_lock lock(mutex_);
  me.job = pop();
  while (me.job != nullptr || !ending_) {
    if (!work_on(me, lock)) break;
  }
}

// One job, or a wait for one. False: there are enough others, and `me` has gone.
bool worker_threads::work_on(worker& me, std::unique_lock<std::mutex>& lock) noexcept {
  if (me.job == nullptr) {
    wait_for_work(me, lock);
    return true;
  }
  lock.unlock();
  me.job->perform();
  lock.lock();
  job_core* const done = std::exchange(me.job, nullptr);
  const bool enough = !ending_ && workers_.size() > most_now();
  if (enough) {
    retire(me);
  } else {
    me.job = pop();
  }
  lock.unlock();
  done->release();  // may run what others have written
  lock.lock();
  if (!enough && me.job == nullptr) me.job = pop();
  return !enough;
}

// In its own thread: others have taken its place while it was lost. Whoever has woken it may still
// be about to say so to its condition, which therefore stays.
void worker_threads::retire(const worker& me) noexcept {
  const auto is_me = [&me](const std::unique_ptr<worker>& each) { return each.get() == &me; };
  const auto found = std::find_if(workers_.begin(), workers_.end(), is_me);
  (*found)->thread.detach();
  worker* const left = found->release();
  left->next_idle = std::exchange(retired_, left);
  workers_.erase(found);
}

void worker_threads::forget(const job_core& job) noexcept {
  job_core* found = nullptr;
  {
    const std::lock_guard guard(mutex_);
    job_core* before = nullptr;
    for (found = first_; found != nullptr && found != &job; found = found->next) before = found;
    if (found == nullptr) return;
    (before != nullptr ? before->next : first_) = found->next;
    if (found == last_) last_ = before;
    --queued_;
  }
  found->release();
}

void worker_threads::note_lost() noexcept {
  const std::lock_guard guard(mutex_);
  ++lost_;
  if (queued_ == 0 || ending_ || workers_.size() >= most_now()) return;
  try {
    start_thread();
  } catch (...) {
    // What is queued waits for those that there are.
  }
}

void worker_threads::note_found() noexcept {
  const std::lock_guard guard(mutex_);
  --lost_;
}

void worker_threads::wait_for_work(worker& me, std::unique_lock<std::mutex>& lock) noexcept {
  me.next_idle = std::exchange(idle_, &me);
  me.called.store_relaxed(false);
  if (me.looking.worth_it()) {
    lock.unlock();
    me.looking.look([&me] { return me.called.load_acquire(); });
    lock.lock();
  }
  me.changed.wait(lock, [&me] { return me.called.load_relaxed(); });
}

bool worker_threads::initialize() noexcept {
  if (!options_.initializer) return true;
  try {
    options_.initializer();
    return true;
  } catch (...) {
    break_down(options_.describe_failure(std::current_exception()));
    return false;
  }
}

void worker_threads::break_down(const std::exception_ptr& why) noexcept {
  job_core* left = nullptr;
  {
    const std::lock_guard guard(mutex_);
    if (!broken_) broken_ = why;
    left = take_queue();
  }
  while (left != nullptr) {
    const job_ref<> job(std::exchange(left, left->next), {});
    job->refuse(why);
  }
}

void worker_threads::end(bool cancel_pending) noexcept {
  if (forked()) return;
  job_core* left = nullptr;
  {
    const std::lock_guard guard(mutex_);
    ending_ = true;
    for (worker* each = std::exchange(idle_, nullptr); each != nullptr; each = each->next_idle) {
      each->called.store_release(true);
      each->changed.notify_one();
    }
    if (cancel_pending) left = take_queue();
  }
  if (!cancel_pending) return;
  const shared_text reason = reason_of_end();
  while (left != nullptr) {
    const job_ref<> job(std::exchange(left, left->next), {});
    job->cancel(reason);
  }
  for (std::size_t index = 0; const job_ref<> job = next_running(index);) job->cancel(reason);
}

// The job of the first worker from `index` on that has one, and moves that on.
job_ref<> worker_threads::next_running(std::size_t& index) const noexcept {
  const std::lock_guard guard(mutex_);
  while (index < workers_.size()) {
    if (job_core* const job = workers_[index++]->job) return job_ref<>(job);
  }
  return {};
}

void worker_threads::join() noexcept {
  if (forked()) return;
  std::unique_lock lock(mutex_);
  joined_.wait(lock, [this] { return !joining_; });
  if (gone_ || workers_.empty()) return;
  joining_ = true;
  lock.unlock();
  for (const std::unique_ptr<worker>& each : workers_) each->thread.join();
  lock.lock();
  gone_ = true;
  joining_ = false;
  joined_.notify_all();
}

void worker_threads::let_go() noexcept {
  if (!has_threads()) return;
  if (forked()) {
    // Threads of the parent: there is nothing here to be joined, and nothing that may be freed.
    new std::shared_ptr<worker_threads>(shared_from_this());
    return;
  }
  try {
    run_left_alone("rill-join", [self = shared_from_this()] { self->join(); });
  } catch (...) {
    // No thread that could wait for them: they keep what they need, and end by themselves.
    for (const std::unique_ptr<worker>& each : workers_) each->thread.detach();
  }
}

void worker_threads::leave_busy() noexcept {
  if (forked()) return;
  {
    const std::lock_guard guard(mutex_);
    gone_ = true;
    for (const std::unique_ptr<worker>& each : workers_) {
      if (each->job != nullptr) each->thread.detach();
    }
  }
  // Nobody starts or retires one behind end().
  for (const std::unique_ptr<worker>& each : workers_) {
    if (each->thread.joinable()) each->thread.join();
  }
}

void worker_threads::push(job_core& job) noexcept {
  job.next = nullptr;
  if (first_ == nullptr) {
    first_ = &job;
  } else {
    last_->next = &job;
  }
  last_ = &job;
  ++queued_;
}

job_core* worker_threads::pop() noexcept {
  job_core* const job = first_;
  if (job == nullptr) return nullptr;
  first_ = job->next;
  --queued_;
  return job;
}

job_core* worker_threads::take_queue() noexcept {
  queued_ = 0;
  last_ = nullptr;
  return std::exchange(first_, nullptr);
}

bool worker_threads::has_threads() const noexcept {
  if (forked()) return true;
  const std::lock_guard guard(mutex_);
  return !workers_.empty() && !gone_;
}

bool worker_threads::busy() const noexcept {
  if (forked()) return false;
  const std::lock_guard guard(mutex_);
  if (ending_ || queued_ != 0) return !ending_;
  for (const std::unique_ptr<worker>& each : workers_) {
    if (each->job != nullptr) return true;
  }
  return false;
}

worker_stats worker_threads::stats() const noexcept {
  worker_stats now;
  if (forked()) return now;
  const std::lock_guard guard(mutex_);
  if (!gone_) now.threads = workers_.size();
  now.queued = queued_;
  for (const worker* each = idle_; each != nullptr; each = each->next_idle) ++now.idle;
  return now;
}

}  // namespace rill::detail
