// SPDX-License-Identifier: BSL-1.0
#include "rill/loop/runner.hpp"

#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "loop/interrupt.hpp"
#include "rill/core/detail/ended_awaiter.hpp"
#include "rill/core/detail/generator_promise.hpp"
#include "rill/core/exception_context.hpp"

namespace rill {

runner::runner(loop_options options) : options_(std::move(options)) {}

runner::~runner() {
  try {
    close();
  } catch (const std::exception& error) {
    if (loop_) loop_->call_exception_handler({error.what(), std::current_exception(), nullptr});
  }
}

event_loop& runner::loop() {
  if (closed_) detail::throw_usage("rill: this runner is closed; make a new one");
  if (!loop_) {
    context_.emplace(copy_context());
    detail::context_access::state(*context_).noted = false;
    loop_ = std::make_unique<event_loop>(std::move(options_));
  }
  return *loop_;
}

void runner::run_main(const any_task& main) {
  bool interrupted = false;
  {
    const detail::interrupt_guard guard(*loop_, main);
    loop_->run_until_done(main);
    interrupted = guard.interrupted();
  }
  if (interrupted && main.cancelled() && main.cancelling() <= 1) throw interrupted_error();
}

void runner::close() {
  if (closed_) return;
  closed_ = true;
  if (!loop_) return;
  // Inside another loop nothing can be waited for; main was refused for the same reason.
  const bool can_run = event_loop::running_or_null() == nullptr;
  if (!loop_->is_closed() && can_run) {
    try {
      loop_->run_until_complete(tear_down(*loop_));
    } catch (...) {
      loop_->close();
      throw;
    }
  }
  loop_->close();
}

namespace {

// Of a task that the end of the run has cancelled, and that has ended otherwise.
RILL_COLD void report_failure(event_loop& loop, const any_task& task) {
  const std::exception_ptr error = task.exception();
  if (!error) return;
  const std::string text = "rill: task '" + task.name() +
                           "' failed while the run was ending: " + describe_exception(error);
  loop.call_exception_handler({text, error, &task});
}

}  // namespace

// Cancels what is left and waits for it, then closes generators and runs the hooks. Tasks that
// these leave behind are ended likewise.
coro<void> runner::tear_down(event_loop& loop) {
  const any_task self = current_task();
  for (int round = 0; round < 2; ++round) {
    std::vector<any_task> left = loop.all_tasks();
    std::erase_if(left, [&self](const any_task& task) {
      return task == self || detail::closes_generator(task);
    });
    for (const any_task& task : left) task.cancel();
    for (const any_task& task : left) {
      co_await detail::ended(task);
      if (!task.cancelled()) report_failure(loop, task);
    }
    co_await loop.shutdown_asyncgens();
    if (round != 0) continue;
    co_await loop.run_shutdown_hooks();
    co_await loop.shutdown_default_executor();
  }
}

}  // namespace rill
