// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/detail/thread_result.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>

#include "rill/core/errors.hpp"
#include "rill/core/result.hpp"
#include "rill/core/scheduler.hpp"
#include "rill/loop/event_loop.hpp"

namespace rill::detail {

namespace {

enum class stage : std::uint8_t { pending, value, error };

}  // namespace

struct thread_result::shared {
  explicit shared(event_loop& owner) : loop(&owner) {}

  event_loop* loop;
  mutable std::mutex mutex;
  std::condition_variable changed;
  stage now = stage::pending;
  std::exception_ptr error;
  bool cancel_wanted = false;
  bool was_asked = false;
  std::string reason;
  any_task task;  // touched in the loop's thread only
};

thread_result::thread_result(event_loop& loop) : shared_(std::make_unique<shared>(loop)) {}

thread_result::~thread_result() = default;

bool thread_result::done() const noexcept {
  const std::lock_guard lock(shared_->mutex);
  return shared_->now != stage::pending;
}

bool thread_result::has_value() const noexcept {
  const std::lock_guard lock(shared_->mutex);
  return shared_->now == stage::value;
}

bool thread_result::cancelled() const noexcept {
  const std::lock_guard lock(shared_->mutex);
  return shared_->now == stage::error && is_cancellation(shared_->error);
}

bool thread_result::wait(std::int64_t nanoseconds) const {
  std::unique_lock lock(shared_->mutex);
  const auto is_done = [this] { return shared_->now != stage::pending; };
  if (is_done()) return true;
  if (scheduler::current() != nullptr && &event_loop::running() == shared_->loop) {
    throw_usage(
        "rill: waiting for a threadsafe_task in the thread of its own loop would never end; "
        "co_await the coroutine there");
  }
  if (nanoseconds == INT64_MAX) {
    shared_->changed.wait(lock, is_done);
    return true;
  }
  return shared_->changed.wait_for(lock, std::chrono::nanoseconds(nanoseconds), is_done);
}

std::exception_ptr thread_result::error() const noexcept {
  const std::lock_guard lock(shared_->mutex);
  return shared_->error;
}

void thread_result::throw_error() const {
  if (const std::exception_ptr thrown = error()) std::rethrow_exception(thrown);
}

bool thread_result::cancel(std::string_view reason) {
  {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->now != stage::pending) return false;
    shared_->cancel_wanted = true;
    shared_->reason = reason;
  }
  try {
    shared_->loop->call_soon_threadsafe([self = shared_from_this()] { self->cancel_task(); });
  } catch (const usage_error&) {  // the loop is being closed, and ends it
  }
  return true;
}

void thread_result::cancel_task() noexcept {
  if (!shared_->task) return;
  std::string reason;
  {
    const std::lock_guard lock(shared_->mutex);
    reason = shared_->reason;
    shared_->cancel_wanted = false;
    shared_->was_asked = true;
  }
  shared_->task.cancel(reason);
}

void thread_result::set_task(const any_task& task) {
  if (done()) return;
  shared_->task = task;
  bool wanted = false;
  {
    const std::lock_guard lock(shared_->mutex);
    wanted = shared_->cancel_wanted;
  }
  if (wanted) cancel_task();
}

void thread_result::finish(std::exception_ptr error, bool value) noexcept {
  shared_->task = any_task();
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->error = std::move(error);
    shared_->now = value ? stage::value : stage::error;
  }
  shared_->changed.notify_all();
}

void thread_result::succeed() noexcept { finish(nullptr, true); }

bool thread_result::fail(std::exception_ptr error) noexcept {
  const bool seen = weak_from_this().use_count() > 1;
  finish(std::move(error), false);
  return seen;
}

void thread_result::abandon() noexcept {
  if (done()) return;
  const std::string_view reason =
      shared_->was_asked ? std::string_view(shared_->reason) : "the event loop was closed";
  finish(std::make_exception_ptr(cancelled_error(reason)), false);
}

}  // namespace rill::detail
