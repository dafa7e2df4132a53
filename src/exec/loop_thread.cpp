// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/loop_thread.hpp"

#include <future>
#include <utility>

#include "base/quiet_thread.hpp"
#include "exec/join_aside.hpp"
#include "exec/thread_of_loop.hpp"
#include "loop/left_threads.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/scheduler.hpp"

namespace rill {

namespace detail {

void refuse_blocking_call() {
  if (scheduler::current() == nullptr) return;
  throw_usage(
      "rill: a call that blocks would stop the event loop that runs in this thread; co_await what "
      "submit() or aclose() gives");
}

event_loop& loop_of(const thread_of_loop& thread) noexcept { return thread.loop(); }

void refuse_forked(const thread_of_loop& thread) {
  if (!thread.is_elsewhere()) return;
  throw_usage(
      "rill: this process was forked from the one in which this loop runs; make a loop_thread "
      "behind the fork");
}

std::exception_ptr loop_ended() {
  return std::make_exception_ptr(cancelled_error("the event loop was closed"));
}

void cancel_looped(job_ref<> job, looped_part& part) noexcept {
  try {
    loop_of(*part.where).call_soon_threadsafe([job = std::move(job), &part] {
      if (part.task) part.task.cancel();
    });
  } catch (...) {  // the loop is being closed, and ends it; or there is no memory
  }
}

/// Tells whoever has made the thread that its loop runs, or why it does not.
class loop_start {
 public:
  std::promise<void> told;
};

void thread_of_loop::start(std::string name) {
  loop_start started;
  std::future<void> running = started.told.get_future();
  thread_ = start_quiet_thread(std::move(name),
                               [self = shared_from_this(), &started] { self->work(started); });
  try {
    running.get();
  } catch (...) {
    thread_.join();
    throw;
  }
}

void thread_of_loop::work(loop_start& started) noexcept {
  try {
    loop_ = &runner_.loop();
    end_ = loop_->create_future<>();
  } catch (...) {
    started.told.set_exception(std::current_exception());
    return;
  }
  const auto main = [](thread_of_loop* self, loop_start* start) -> coro<> {
    start->told.set_value();
    const future<> end = self->end_;
    co_await end;
  };
  try {
    runner_.run(main(this, &started));
    end_ = {};
    runner_.close();
  } catch (...) {
    report_job_error("rill: a loop_thread has ended by an error: ", std::current_exception());
  }
}

void thread_of_loop::ask_to_end() noexcept {
  if (is_elsewhere()) return;
  try {
    loop_->call_soon_threadsafe([this] {
      if (end_ && !end_.done()) end_.set_result();
    });
  } catch (...) {  // it has ended
  }
}

void thread_of_loop::join() noexcept {
  if (is_elsewhere()) return;
  const std::lock_guard guard(mutex_);
  if (thread_.joinable()) thread_.join();
}

bool thread_of_loop::joined() const noexcept {
  if (is_elsewhere()) return true;
  const std::lock_guard guard(mutex_);
  return !thread_.joinable();
}

}  // namespace detail

loop_thread::loop_thread(loop_thread_options options)
    : state_(std::make_shared<detail::thread_of_loop>(options.backend)) {
  state_->start(std::string(options.name));
}

loop_thread::~loop_thread() {
  if (state_ == nullptr) return;
  if (state_->is_elsewhere()) {
    // The parent's: there is nothing here to be joined, and nothing that may be freed.
    new std::shared_ptr<detail::thread_of_loop>(std::move(state_));
    return;
  }
  if (state_->joined()) return;
  state_->ask_to_end();
  if (detail::scheduler::current() == nullptr) {
    state_->join();
    return;
  }
  try {
    detail::run_left_alone("rill-join", [state = state_] { state->join(); });
  } catch (...) {  // no thread that could wait for it
    state_->join();
  }
}

void loop_thread::request_stop() noexcept { state_->ask_to_end(); }

void loop_thread::stop() {
  detail::refuse_blocking_call();
  state_->ask_to_end();
  state_->join();
}

coro<> loop_thread::aclose() {
  const std::shared_ptr<detail::thread_of_loop> state = state_;
  if (&event_loop::running() == &state->loop())
    detail::throw_usage(
        "rill: a task that waits for the end of its own loop would wait for ever; let another "
        "thread close the loop_thread");
  state->ask_to_end();
  if (state->joined()) co_return;
  coro<> joined = detail::join_aside([state] { state->join(); });
  co_await std::move(joined);
}

}  // namespace rill
