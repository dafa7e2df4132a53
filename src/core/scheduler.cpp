// SPDX-License-Identifier: BSL-1.0
#include "rill/core/scheduler.hpp"

#include <thread>

#include "rill/core/detail/task_state.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/exception_context.hpp"

namespace rill::detail {

namespace {

thread_local scheduler* current_scheduler = nullptr;

}  // namespace

scheduler* scheduler::create(scheduler_host& host) { return new scheduler(host); }

scheduler* scheduler::current() noexcept { return current_scheduler; }

void scheduler::set_current(scheduler* running) noexcept { current_scheduler = running; }

scheduler& scheduler::require_current() {
  scheduler* const running = current();
  if (running == nullptr)
    throw_usage(
        "rill: no event loop runs in this thread; call this from inside rill::run(), or use the "
        "member of "
        "the event_loop");
  return *running;
}

void scheduler::destroy() noexcept { delete this; }

void scheduler::post(ready_node& node) noexcept {
  // The poster is counted in before the push, while the node still keeps the loop going, and out as
  // the last thing it does; the loop does not go away in between (wait_for_posters).
  posters_.fetch_add(1);
  post_held(node);
}

bool scheduler::try_post(ready_node& node) noexcept {
  if (!hold_open()) return false;
  post_held(node);
  return true;
}

bool scheduler::hold_open() noexcept {
  // Counted in before the look at the flag: detach() sets the flag and then waits for posters.
  posters_.fetch_add(1);
  if (open_.load()) return true;
  posters_.fetch_sub(1);
  return false;
}

void scheduler::post_held(ready_node& node) noexcept {
  // Pairs with announce_sleep(): either the loop sees the node after it has said that it sleeps, or
  // we see that it sleeps. Both sides are sequentially consistent. The node is not touched again.
  inbox_.push(node);
  if (asleep_.exchange(false)) host_->wake();
  posters_.fetch_sub(1);
}

void scheduler::wait_for_posters() const noexcept {
  while (posters_.load() != 0) std::this_thread::yield();
}

void scheduler::take_posted() noexcept {
  ready_node* node = inbox_.take_all();
  while (node != nullptr) {
    ready_node* const next = node->next;
    ready_.push(*node);
    node = next;
  }
}

void scheduler::announce_sleep() noexcept { asleep_.store(true); }

void scheduler::announce_awake() noexcept { asleep_.store_relaxed(false); }

void scheduler::report(const exception_context& context) noexcept {
  if (is_open()) host_->report(context);
}

void scheduler::detach() noexcept {
  open_.store(false);
  wait_for_posters();
  take_posted();
  while (true) {
    // The queue first: destroying a frame may wake other tasks, and a task must be in no queue when
    // it goes.
    if (!ready_.empty()) {
      ready_node& node = ready_.pop();
      node.ops->drop(node);
    } else if (last_task_ != nullptr) {
      // The newest first: those that a combinator has made may refer to its frame.
      last_task_->abandon();
    } else {
      return;
    }
    take_posted();
  }
}

}  // namespace rill::detail
