// SPDX-License-Identifier: BSL-1.0
#include "net/lookup_pool.hpp"

#include <utility>

#include "rill/core/detail/foreign_awaiter.hpp"
#include "rill/core/detail/waiting_task.hpp"
#include "rill/loop/external_work.hpp"

namespace rill::detail {

/// Waits for the answer to a job that was submitted.
class [[nodiscard]] lookup_awaiter final : public parking_awaiter, public native_awaiter {
 public:
  explicit lookup_awaiter(lookup_job& job) noexcept : job_(job) {}
  lookup_awaiter(const lookup_awaiter&) = delete;
  lookup_awaiter& operator=(const lookup_awaiter&) = delete;
  ~lookup_awaiter() {
    if (job_.waiting == this) job_.waiting = nullptr;
    job_.abandon();
  }

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    task_state& task = waiting_task(handle);
    task_ = &task;
    if (task.interrupt_due()) [[unlikely]] {
      task.take_delivery();
      return false;
    }
    // The answer may have been posted already; it is looked at in a later turn in any case.
    job_.waiting = this;
    task.suspend(handle, *this);
    return true;
  }
  std::vector<socket_address> await_resume() {
    check_interrupt();
    return job_.take();
  }

  cancel_outcome try_cancel(const shared_text& /*reason*/) noexcept override {
    if (!job_.abandon()) return cancel_outcome::too_late;
    job_.waiting = nullptr;
    return cancel_outcome::withdrawn;
  }
  const char* describe() const noexcept override { return "name lookup"; }

  void wake() noexcept { task_->wake(); }

 private:
  lookup_job& job_;
};

const ready_ops lookup_job::job_ops{&lookup_job::run, &lookup_job::drop};

lookup_job::lookup_job(scheduler& owner, std::string host, std::uint16_t port,
                       address_family family)
    : ready_node(&job_ops), owner_(&owner), host_(std::move(host)), port_(port), family_(family) {}

void lookup_job::answer(lookup_function ask, std::shared_ptr<lookup_job> self) noexcept {
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (abandoned_) return;
  }
  std::vector<socket_address> addresses;
  std::exception_ptr error;
  try {
    addresses = ask(host_, port_, family_);
  } catch (...) {
    error = std::current_exception();
  }
  const std::lock_guard<std::mutex> guard(mutex_);
  if (abandoned_) return;
  addresses_ = std::move(addresses);
  error_ = std::move(error);
  posted_ = true;
  self_ = std::move(self);
  owner_->post(*this);
}

bool lookup_job::abandon() noexcept {
  const std::lock_guard<std::mutex> guard(mutex_);
  if (posted_) return false;
  abandoned_ = true;
  return true;
}

std::vector<socket_address> lookup_job::take() {
  if (error_) std::rethrow_exception(std::move(error_));
  return std::move(addresses_);
}

void lookup_job::run(ready_node& node) noexcept {
  auto& job = static_cast<lookup_job&>(node);
  const std::shared_ptr<lookup_job> keep = std::move(job.self_);
  if (job.waiting != nullptr) job.waiting->wake();
}

void lookup_job::drop(ready_node& node) noexcept {
  auto& job = static_cast<lookup_job&>(node);
  const std::shared_ptr<lookup_job> last = std::move(job.self_);
}

lookup_pool::~lookup_pool() {
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    ending_ = true;
    jobs_.clear();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void lookup_pool::submit(std::shared_ptr<lookup_job> job) {
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    jobs_.push_back(std::move(job));
    if (jobs_.size() > idle_ && threads_.size() < most_threads) {
      try {
        threads_.emplace_back([this] { work(); });
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

void lookup_pool::work() noexcept {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    ++idle_;
    changed_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    --idle_;
    if (ending_) return;
    std::shared_ptr<lookup_job> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    lookup_job& asked = *job;
    asked.answer(ask_, job);
    job.reset();
    lock.lock();
  }
}

coro<std::vector<socket_address>> look_up(lookup_pool& pool, std::string host, std::uint16_t port,
                                          address_family family) {
  const external_work_guard outside;
  const auto job =
      std::make_shared<lookup_job>(scheduler::require_current(), std::move(host), port, family);
  pool.submit(job);
  std::vector<socket_address> addresses = co_await lookup_awaiter(*job);
  co_return std::move(addresses);
}

}  // namespace rill::detail
