// SPDX-License-Identifier: BSL-1.0
#include "loop/loop_core.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "base/quiet_thread.hpp"
#include "loop/ready_watch.hpp"
#include "rill/core/call_graph.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/executor.hpp"
#include "rill/loop/run_errors.hpp"

namespace rill::detail {

namespace {

constexpr std::int64_t longest_wait = 24LL * 3600 * 1'000'000'000;
// While work is ready, reactor and timers are looked at after this much time at the latest, as far
// as the length of past steps foretells, and after this many steps in any case.
constexpr std::int64_t look_interval = 100'000;
constexpr std::int64_t most_steps_between_looks = 64;
// A real loop that nothing can wake says so after this long; a virtual one gives real I/O this long
// to answer before time jumps, and gives up when I/O alone could wake it and has not for the last
// of them.
constexpr std::int64_t stall_after = 1'000'000'000;
constexpr std::int64_t virtual_grace = 20'000'000;
constexpr std::int64_t virtual_give_up = 5'000'000'000;

}  // namespace

loop_core::loop_core(event_loop& owner, loop_options options)
    : report_deadlock_(options.report_deadlock) {
  owner_ = &owner;
  source_ = options.clock;
  reactor_ =
      options.custom_reactor ? std::move(options.custom_reactor) : make_reactor(options.backend);
  scheduler_ = scheduler::create(*this);
  const char* const wanted = std::getenv("RILL_DEBUG");
  scheduler_->set_debug(options.debug || (wanted != nullptr && std::string_view(wanted) == "1"));
}

loop_core::~loop_core() {
  close();
  scheduler_->wait_for_posters();
  scheduler_->release();
}

namespace {

// A child of a fork has the memory of its parent's loop, and must not touch what the loop has of
// the system: both would use it.
void forget_loops_behind_forks() {
  static const bool once = [] {
    call_in_forked_children([] { scheduler::set_current(nullptr); });
    return true;
  }();
  static_cast<void>(once);
}

}  // namespace

/// While the loop runs: the thread's current scheduler, and the flag.
class loop_core::running_mark {
 public:
  explicit running_mark(loop_core& core) : core_(core) {
    if (core.closed_) throw_usage("rill: this event loop is closed; make a new one");
    if (core.running_)
      throw_usage("rill: this event loop is running already; await instead of running it again");
    if (scheduler::current() != nullptr)
      throw_usage(
          "rill: another event loop is running in this thread; await on it, or use another thread");
    forget_loops_behind_forks();
    core.running_ = true;
    scheduler::set_current(core.scheduler_);
    if (core.embedded_) core.scheduler_->announce_awake();
  }
  running_mark(const running_mark&) = delete;
  running_mark& operator=(const running_mark&) = delete;
  ~running_mark() {
    if (core_.embedded_) core_.show_posts();
    core_.running_ = false;
    scheduler::set_current(nullptr);
  }

 private:
  loop_core& core_;
};

native_handle loop_core::pollable() noexcept {
  const native_handle handle = reactor_->pollable();
  if (handle == invalid_handle || embedded_ || closed_) return handle;
  embedded_ = true;
  if (!running_) scheduler_->announce_sleep();
  wake();  // what came before, posts and ends of which the kernel knows nothing, doesn't show
  return handle;
}

// The host of an embedded loop waits for the reactor's handle between the turns: the loop sleeps
// then, so that posts wake the reactor.
void loop_core::show_posts() noexcept {
  scheduler_->announce_sleep();
  if (scheduler_->has_posted()) wake();
}

bool loop_core::run(const future_state* done) {
  const running_mark mark(*this);
  while (done == nullptr || !done->done()) {
    turn(longest_wait, done);
    if (stopping_) {
      stopping_ = false;
      return done == nullptr || !done->done();
    }
  }
  return false;
}

bool loop_core::run_once(std::int64_t limit) {
  const running_mark mark(*this);
  // A limit even so: signals, whose handlers may have told the host something, end such a wait.
  const std::size_t ran = slow_turn(std::min(limit, longest_wait - 1));
  stopping_ = false;
  return ran != 0;
}

void loop_core::turn(std::int64_t limit, const future_state* done) {
  if (polls_left_ <= 0 || !scheduler_->has_ready() || scheduler_->has_posted() || stopping_) {
    slow_turn(limit);
    return;
  }
  const std::size_t ran = scheduler_->debug()
                              ? run_batch_watched()
                              : scheduler_->run_batches(polls_left_, stopping_, done);
  polls_left_ -= static_cast<std::int64_t>(ran);
  ran_since_look_ += ran;
}

std::size_t loop_core::slow_turn(std::int64_t limit) {
  collect_events(limit);
  fire_due_timers();
  const std::size_t ran = scheduler_->debug() ? run_batch_watched() : scheduler_->run_batch();
  polls_left_ -= static_cast<std::int64_t>(ran);
  ran_since_look_ += ran;
  return ran;
}

void loop_core::collect_events(std::int64_t limit) {
  scheduler_->take_posted();
  const bool busy = scheduler_->has_ready() || stopping_ || limit == 0;
  if (!busy) {
    sleep(limit);
  } else if (reactor_->pending() != 0 || embedded_) {
    reactor_->wait(0);
  }
  scheduler_->take_posted();
}

void loop_core::sleep(std::int64_t limit) {
  const std::int64_t until = timers_.empty() ? never : timers_.top_key();
  if (until != never && until <= now()) {
    if (reactor_->pending() != 0) reactor_->wait(0);
    return;
  }
  // A thread at work for the loop may answer before the loop is asleep.
  if (scheduler_->external_work() != 0 && looking_.worth_it() &&
      looking_.look([this] { return scheduler_->has_posted(); })) {
    last_look_ = just_awake;
    return;
  }
  scheduler_->announce_sleep();
  if (!scheduler_->has_posted()) {
    if (source_ != nullptr && source_->is_virtual()) {
      idle_virtual(until, limit);
    } else {
      idle(until, limit);
    }
  }
  scheduler_->announce_awake();
  last_look_ = just_awake;
}

// A poster that was late for the last sleep may have taken it back that the loop sleeps.
void loop_core::wait_again(std::int64_t limit) noexcept {
  scheduler_->announce_sleep();
  if (!scheduler_->has_posted()) reactor_->wait(limit);
}

bool loop_core::nothing_can_wake() const noexcept {
  return reactor_->pending() == 0 && scheduler_->external_work() == 0 &&
         scheduler_->task_count() != 0;
}

void loop_core::idle(std::int64_t until, std::int64_t limit) {
  std::int64_t wait = std::min(limit, longest_wait);
  if (until != never) wait = std::clamp<std::int64_t>(until - now(), 0, wait);
  if (until == never && report_deadlock_ && !stall_reported_ && nothing_can_wake() &&
      wait > stall_after) {
    // wait() may return early, with nothing to tell.
    const std::int64_t give_up = steady_now() + stall_after;
    for (std::int64_t left = stall_after; left > 0; left = give_up - steady_now()) {
      wait_again(left);
      if (scheduler_->has_ready() || scheduler_->has_posted() || !nothing_can_wake()) return;
    }
    report_stall();
    return;
  }
  // No limit rather than a far one: the kernel need not arm a timer for it.
  if (wait == longest_wait) wait = -1;
  reactor_->wait(wait);
}

RILL_COLD void loop_core::idle_virtual(std::int64_t until, std::int64_t limit) {
  const bool outside = reactor_->pending() != 0 || scheduler_->external_work() != 0;
  if (outside) {
    // Threads at work for the loop are waited for in real time; I/O is given a moment to answer.
    const bool patient =
        scheduler_->external_work() != 0 || (until == never && limit >= longest_wait);
    const std::int64_t patience = patient ? virtual_give_up : virtual_grace;
    const std::int64_t give_up = steady_now() + patience;
    // wait() may return early, with nothing to tell.
    for (std::int64_t left = patience; left > 0; left = give_up - steady_now()) {
      wait_again(left);
      if (scheduler_->has_ready() || scheduler_->has_posted() || scheduler_->external_work() != 0)
        return;
      if (reactor_->pending() == 0) break;
    }
  }
  if (until == never && limit >= longest_wait) {
    throw deadlock_error("rill: every task waits, and nothing can ever wake one:\n" +
                         format_call_graph(*scheduler_));
  }
  const std::int64_t end = saturated_sum(source_->now(), limit);
  source_->advance_to(std::min(until, end));
}

RILL_COLD void loop_core::report_stall() {
  stall_reported_ = true;
  const std::string text =
      "rill: every task waits, and nothing that this loop knows of can ever wake one (a thread "
      "that will call "
      "call_soon_threadsafe() should hold an external_work_guard):\n" +
      format_call_graph(*scheduler_);
  report({text, nullptr, nullptr});
}

void loop_core::fire_due_timers() noexcept {
  if (timers_.empty() && last_look_ == just_awake) {
    // Nothing to compare with, and nothing to measure: spare the clock.
    polls_left_ = most_steps_between_looks;
    ran_since_look_ = 0;
    last_look_ = unknown_look;
    return;
  }
  const std::int64_t time = now();
  turn_time_ = time;
  while (!timers_.empty() && timers_.top_key() <= time) {
    timer_node& timer = timers_.pop();
    timer.fire(timer);
  }
  plan_next_look(time);
}

void loop_core::plan_next_look(std::int64_t time) noexcept {
  std::int64_t steps = most_steps_between_looks;
  if (last_look_ > 0 && ran_since_look_ != 0) {
    const std::int64_t each = (time - last_look_) / static_cast<std::int64_t>(ran_since_look_);
    if (each > 0)
      steps = std::clamp<std::int64_t>(look_interval / each, 1, most_steps_between_looks);
  }
  polls_left_ = steps;
  last_look_ = time;
  ran_since_look_ = 0;
}

RILL_COLD std::size_t loop_core::run_batch_watched() {
  const std::int64_t before = steady_now();
  const std::size_t ran = scheduler_->run_batch();
  const std::int64_t took = steady_now() - before;
  if (ran != 0 && took >= slow_callback) {
    const std::string text = "rill: a batch of " + std::to_string(ran) +
                             " steps has held the loop for " + std::to_string(took / 1'000'000) +
                             " ms; move blocking work to a thread";
    report({text, nullptr, nullptr});
  }
  return ran;
}

std::int64_t loop_core::until_next() noexcept {
  if (scheduler_->has_ready() || scheduler_->has_posted() || stopping_) return 0;
  if (timers_.empty()) return -1;
  return std::max<std::int64_t>(timers_.top_key() - now(), 0);
}

bool loop_core::waits_for_answers() const noexcept {
  for (task_state* task = scheduler_->first_task(); task != nullptr; task = task->next_task()) {
    if (task->answer_due()) return true;
  }
  return false;
}

void loop_core::close() noexcept {
  if (closed_) return;
  closed_ = true;
  scheduler_->announce_awake();
  scheduler* const before = scheduler::current();
  scheduler::set_current(scheduler_);
  watches_.clear();
  // Take every wait back, shielded or not, so that the kernel gives back the buffers that frames
  // hold.
  for (task_state* task = scheduler_->first_task(); task != nullptr; task = task->next_task()) {
    task->withdraw_wait();
  }
  while (waits_for_answers()) reactor_->wait(-1);
  blocking_calls.reset();
  while (loop_resident* const resident = residents_.pop_front()) resident->on_loop_close();
  while (!timers_.empty()) {
    timer_node& timer = timers_.pop();
    timer.fire(timer);
  }
  scheduler_->detach();
  // Operations that belong to objects of the frames, not to awaits: their handles are closed, so
  // they end by themselves.
  for (int round = 0; reactor_->pending() != 0 && round < 100; ++round) {
    reactor_->wait(10'000'000);
    scheduler_->detach();
  }
  handler = {};
  shutdown_hooks.clear();
  scheduler::set_current(before);
}

RILL_COLD void loop_core::report(const exception_context& context) noexcept {
  if (!handler) {
    default_report(context);
    return;
  }
  try {
    handler(*owner_, context);
  } catch (...) {
    default_report(context);
    try {
      const std::exception_ptr error = std::current_exception();
      const std::string text =
          "rill: the exception handler has thrown: " + describe_exception(error);
      default_report({text, error, nullptr});
    } catch (...) {  // out of memory: the first error has been told, which is what matters
    }
  }
}

void loop_core::default_report(const exception_context& context) noexcept {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(context.message.size()), context.message.data());
}

}  // namespace rill::detail
