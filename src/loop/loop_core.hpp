// SPDX-License-Identifier: BSL-1.0
// The inside of event_loop: turns, timers, waiting, the exception handler.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "loop/brief_look.hpp"
#include "rill/core/scheduler.hpp"
#include "rill/loop/detail/loop_services.hpp"
#include "rill/loop/event_loop.hpp"

namespace rill::detail {

/// A watch made by add_reader() or add_writer().
class ready_watch;

class loop_core final : public loop_services {
 public:
  loop_core(event_loop& owner, loop_options options);
  ~loop_core();
  loop_core(const loop_core&) = delete;
  loop_core& operator=(const loop_core&) = delete;

  scheduler& sched() noexcept { return *scheduler_; }

  /// Runs turns until `done` (if not null) is done or the loop is stopped. True if it was stopped.
  bool run(const future_state* done);
  bool run_once(std::int64_t limit);
  void stop() noexcept { stopping_ = true; }
  native_handle pollable() noexcept;
  void close() noexcept;
  bool running() const noexcept { return running_; }
  bool closed() const noexcept { return closed_; }
  std::int64_t until_next() noexcept;

  // scheduler_host
  void report(const exception_context& context) noexcept override;
  void wake() noexcept override { reactor_->wake(); }

  void default_report(const exception_context& context) noexcept;

  event_loop::exception_handler handler;
  std::vector<unique_function<coro<void>()>> shutdown_hooks;
  std::int64_t slow_callback = 100'000'000;
  std::shared_ptr<default_executor> blocking_calls;
  bool executor_shut_down = false;

  void add_watch(native_handle handle, io_direction direction, unique_function<void()> callback);
  bool remove_watch(native_handle handle, io_direction direction);

 private:
  class running_mark;

  void turn(std::int64_t limit, const future_state* done);
  std::size_t slow_turn(std::int64_t limit);
  void collect_events(std::int64_t limit);
  void sleep(std::int64_t limit);
  void idle(std::int64_t until, std::int64_t limit);
  void wait_again(std::int64_t limit) noexcept;
  void idle_virtual(std::int64_t until, std::int64_t limit);
  bool nothing_can_wake() const noexcept;
  void show_posts() noexcept;
  bool waits_for_answers() const noexcept;
  void report_stall();
  void fire_due_timers() noexcept;
  void plan_next_look(std::int64_t now) noexcept;
  std::size_t run_batch_watched();

  scheduler* scheduler_;
  bool running_ = false;
  bool stopping_ = false;
  bool closed_ = false;
  bool embedded_ = false;  // a host waits for the reactor's handle
  bool report_deadlock_;
  bool stall_reported_ = false;
  // When reactor and timers were last looked at, or: the loop has slept since, and the time asleep
  // says nothing about the length of steps; or: the clock was not read then.
  static constexpr std::int64_t just_awake = 0;
  static constexpr std::int64_t unknown_look = -1;
  brief_look looking_;
  std::int64_t last_look_ = just_awake;
  std::size_t ran_since_look_ = 0;  // nodes
  std::vector<std::unique_ptr<ready_watch>> watches_;
};

}  // namespace rill::detail
