// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/detail/threadsafe_core.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "rill/core/detail/task_state.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/scheduler.hpp"
#include "rill/sync/sync_errors.hpp"

namespace rill::detail {

/// Where a thread sleeps.
struct thread_bed {
  std::condition_variable changed;
  std::unique_ptr<thread_bed> next;  // of those in which nobody sleeps
};

struct threadsafe_core::insides {
  ~insides() {
    while (free_beds != nullptr) free_beds = std::move(free_beds->next);
  }

  std::unique_ptr<thread_bed> take_bed() {
    if (free_beds == nullptr) return std::make_unique<thread_bed>();
    std::unique_ptr<thread_bed> bed = std::move(free_beds);
    free_beds = std::move(bed->next);
    return bed;
  }
  void give_back(std::unique_ptr<thread_bed> bed) noexcept {
    bed->next = std::move(free_beds);
    free_beds = std::move(bed);
  }

  std::mutex mutex;
  std::unique_ptr<thread_bed> free_beds;
};

threadsafe_core::threadsafe_core(std::ptrdiff_t size_limit)
    : maxsize(size_limit <= 0 ? 0 : static_cast<std::size_t>(size_limit)),
      insides_(std::make_unique<insides>()) {}

threadsafe_core::~threadsafe_core() = default;

void threadsafe_core::lock() noexcept { insides_->mutex.lock(); }

void threadsafe_core::unlock() noexcept {
  task_state* const task = std::exchange(told_task_, nullptr);
  thread_bed* const bed = std::exchange(told_bed_, nullptr);
  insides_->mutex.unlock();
  if (task != nullptr) task->owner().post_held(*task);
  if (bed != nullptr) bed->changed.notify_one();
}

void threadsafe_core::wake_told() noexcept {
  if (told_task_ != nullptr) told_task_->owner().post_held(*told_task_);
  if (told_bed_ != nullptr) told_bed_->changed.notify_one();
  told_task_ = nullptr;
  told_bed_ = nullptr;
}

bool threadsafe_core::runs_here(const waiting_party& who) noexcept {
  const scheduler& owner = who.parked->owner();
  return scheduler::current() == &owner && owner.is_open();
}

bool threadsafe_core::reach(waiting_party& who) noexcept {
  // From here until it is posted the loop does not destroy the frame, whatever else becomes of it.
  if (who.parked == nullptr || runs_here(who) || who.parked->owner().hold_open()) return true;
  who.unlink();
  who.stage = party_stage::idle;
  return false;
}

void threadsafe_core::tell_reached(waiting_party& who, party_stage outcome) noexcept {
  who.unlink();
  who.stage = outcome;
  if (who.parked == nullptr) {
    wake_told();
    told_bed_ = who.bed;
  } else if (runs_here(who)) {
    who.parked->wake();
  } else {
    wake_told();
    told_task_ = who.parked;
  }
}

void threadsafe_core::tell_all(party_list& list, party_stage outcome) noexcept {
  while (!list.empty()) tell(list.front(), outcome);
}

void threadsafe_core::enlist(party_list& list, waiting_party& who) noexcept {
  who.stage = party_stage::waiting;
  list.push_back(who);
}

std::size_t threadsafe_core::count(const party_list& list) noexcept {
  std::size_t parties = 0;
  for (auto each = list.begin(); each != list.end(); ++each) ++parties;
  return parties;
}

void threadsafe_core::drop_unfinished(std::size_t count) noexcept {
  // task_done() may have run ahead of the gets.
  unfinished -= std::min(count, unfinished);
  if (unfinished == 0) tell_all(joiners, party_stage::granted);
}

bool threadsafe_core::withdraw(waiting_party& who) noexcept {
  const core_guard guard(*this);
  if (who.stage != party_stage::waiting) return false;
  who.unlink();
  who.stage = party_stage::idle;
  return true;
}

party_stage threadsafe_core::block(party_list& list, waiting_party& who, std::int64_t limit) {
  using std::chrono::steady_clock;
  std::unique_ptr<thread_bed> bed = insides_->take_bed();
  who.bed = bed.get();
  enlist(list, who);
  add_reference();  // for the case that the queue is destroyed meanwhile
  std::condition_variable& changed = bed->changed;
  const auto is_told = [&who] { return who.stage != party_stage::waiting; };
  {
    std::unique_lock<std::mutex> guard(insides_->mutex, std::adopt_lock);
    const steady_clock::time_point now = steady_clock::now();
    const std::chrono::nanoseconds longest = steady_clock::time_point::max() - now;
    if (limit >= longest.count()) {
      changed.wait(guard, is_told);
    } else if (!changed.wait_until(guard, now + std::chrono::nanoseconds(limit), is_told)) {
      who.unlink();
      who.stage = party_stage::idle;
    }
    insides_->give_back(std::move(bed));
  }
  release();
  return who.stage;
}

void threadsafe_core::mark_done() {
  {
    const core_guard guard(*this);
    if (unfinished != 0) {
      drop_unfinished(1);
      return;
    }
  }
  throw_usage(
      "rill: task_done() was called more often than items were put into this queue; call it once "
      "for each item");
}

void check_may_block(const char* call, const char* instead) {
  if (scheduler::current() == nullptr) return;
  throw_usage(("rill: " + std::string(call) +
               " would stop the event loop that runs in this thread; co_await " + instead +
               " here, or block in a thread of its own")
                  .c_str());
}

void throw_outcome(party_stage outcome) {
  if (outcome == party_stage::failed) throw queue_shut_down();
  throw_usage(
      "rill: this threadsafe_queue was destroyed while tasks or threads waited for it; shut it "
      "down first, and keep it until they have ended");
}

}  // namespace rill::detail
