// SPDX-License-Identifier: BSL-1.0
#include "rill/loop/event_loop.hpp"

#include <exception>
#include <utility>

#include "loop/loop_core.hpp"
#include "rill/base/assert.hpp"
#include "rill/core/detail/generator_promise.hpp"
#include "rill/loop/executor.hpp"

namespace rill {

using detail::loop_core;
using detail::scheduler;

event_loop::event_loop(loop_options options)
    : core_(std::make_unique<loop_core>(*this, std::move(options))), scheduler_(&core_->sched()) {}

event_loop::~event_loop() {
  RILL_CHECK(
      !core_->running(),
      "an event_loop is being destroyed while it runs; stop it, and let the run return first");
}

event_loop& event_loop::running() {
  return detail::loop_services::of(scheduler::require_current()).owner();
}

event_loop* event_loop::running_or_null() noexcept {
  scheduler* const current = scheduler::current();
  return current == nullptr ? nullptr : &detail::loop_services::of(*current).owner();
}

void event_loop::run_forever() { core_->run(nullptr); }

void event_loop::run_until_done(const any_future& awaited) {
  detail::future_state& state = *detail::future_access::state(awaited);
  if (&state.loop_scheduler() != scheduler_)
    detail::throw_usage("rill: this future belongs to another event loop; run it on that one");
  if (core_->run(&state))
    detail::throw_usage(
        "rill: the event loop was stopped before the task was done; the task is still pending");
}

bool event_loop::run_once(std::chrono::nanoseconds limit) {
  return core_->run_once(limit.count() < 0 ? 0 : limit.count());
}

void event_loop::stop() {
  check_usable();
  core_->stop();
}

void event_loop::close() {
  if (core_->running())
    detail::throw_usage("rill: a running event loop cannot be closed; stop() it first");
  core_->close();
}

bool event_loop::is_running() const noexcept { return core_->running(); }
bool event_loop::is_closed() const noexcept { return core_->closed(); }

std::vector<any_task> event_loop::all_tasks() const {
  std::vector<any_task> tasks;
  tasks.reserve(scheduler_->task_count());
  for (detail::task_state* task = scheduler_->first_task(); task != nullptr;
       task = task->next_task()) {
    tasks.push_back(detail::task_access::wrap(*task));
  }
  return tasks;
}

void event_loop::set_exception_handler(exception_handler handler) {
  core_->handler = std::move(handler);
}

void event_loop::call_exception_handler(const exception_context& context) noexcept {
  core_->report(context);
}

void event_loop::default_exception_handler(const exception_context& context) noexcept {
  core_->default_report(context);
}

bool event_loop::get_debug() const noexcept { return scheduler_->debug(); }
void event_loop::set_debug(bool enabled) { scheduler_->set_debug(enabled); }

std::chrono::nanoseconds event_loop::slow_callback_duration() const noexcept {
  return std::chrono::nanoseconds(core_->slow_callback);
}
void event_loop::set_slow_callback_duration(std::chrono::nanoseconds limit) noexcept {
  core_->slow_callback = limit.count();
}

void event_loop::add_reader(native_handle handle, unique_function<void()> callback) {
  check_usable();
  core_->add_watch(handle, io_direction::read, std::move(callback));
}
bool event_loop::remove_reader(native_handle handle) {
  return core_->remove_watch(handle, io_direction::read);
}

void event_loop::add_writer(native_handle handle, unique_function<void()> callback) {
  check_usable();
  core_->add_watch(handle, io_direction::write, std::move(callback));
}
bool event_loop::remove_writer(native_handle handle) {
  return core_->remove_watch(handle, io_direction::write);
}

reactor& event_loop::io() noexcept { return core_->io(); }
std::string_view event_loop::backend() const noexcept { return core_->io().name(); }
native_handle event_loop::pollable() const noexcept { return core_->pollable(); }
std::chrono::nanoseconds event_loop::time_until_next() const noexcept {
  return std::chrono::nanoseconds(core_->until_next());
}

void event_loop::add_shutdown_hook(unique_function<coro<void>()> hook) {
  check_usable();
  core_->shutdown_hooks.push_back(std::move(hook));
}

coro<void> event_loop::run_shutdown_hooks() {
  while (!core_->shutdown_hooks.empty()) {
    unique_function<coro<void>()> hook = std::move(core_->shutdown_hooks.back());
    core_->shutdown_hooks.pop_back();
    try {
      co_await hook();
    } catch (const cancelled_error&) {
      throw;
    } catch (...) {
      const std::exception_ptr error = std::current_exception();
      call_exception_handler({"rill: a shutdown hook has thrown", error, nullptr});
    }
  }
}

void event_loop::set_default_executor(std::shared_ptr<default_executor> pool) {
  check_usable();
  static_cast<void>(get_default_executor());
  core_->blocking_calls = std::move(pool);
}

std::shared_ptr<default_executor> event_loop::get_default_executor() const {
  if (core_->executor_shut_down)
    detail::throw_usage(
        "rill: the default executor of this event loop was shut down; its run is ending");
  return core_->blocking_calls;
}

coro<void> event_loop::shutdown_default_executor(std::chrono::nanoseconds limit) {
  core_->executor_shut_down = true;
  const std::shared_ptr<default_executor> pool = std::exchange(core_->blocking_calls, nullptr);
  if (pool == nullptr) co_return;
  const bool ended = co_await pool->aclose_within(limit);
  if (ended) co_return;
  call_exception_handler(
      {"rill: the default executor has jobs that do not end; the run ends without them", nullptr,
       nullptr});
}

coro<void> event_loop::shutdown_asyncgens() { co_await detail::close_live_generators(*scheduler_); }

void event_loop::check_usable_slowly() const {
  check_open();
  const scheduler* const current = scheduler::current();
  if (core_->running() && current != scheduler_)
    detail::throw_usage("rill: this event loop runs in another thread; use call_soon_threadsafe()");
}

void event_loop::check_open() const {
  if (!scheduler_->is_open())
    detail::throw_usage("rill: this event loop is closed; make a new one");
}

std::int64_t event_loop::now_nanoseconds() const noexcept { return core_->now(); }

}  // namespace rill
