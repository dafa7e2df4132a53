// SPDX-License-Identifier: BSL-1.0
// What a suspended task waits for. Every awaiter that parks a task derives from wait_op.
#pragma once

#include <cstddef>
#include <cstdint>

#include "rill/base/detail/shared_text.hpp"

namespace rill::detail {

class future_state;
class task_state;

/// What became of the attempt to interrupt a wait.
enum class cancel_outcome : std::uint8_t {
  withdrawn,     // it will not happen: wake the task, its await throws
  struck,        // as withdrawn, but the task is in the ready queue already
  forwarded,     // the thing waited for was asked in its turn; the awaiter calls
                 // task_state::settle_forwarded() when that has ended
  follows,       // the answer comes later, from outside the loop: the awaiter calls
                 // task_state::take_delivery() if it was withdrawn
  awaits_tasks,  // the same, from tasks of this loop that are to end
  too_late,  // it has happened, or cannot be interrupted: the value is delivered, the request stays
};

/// The interruptible thing that a suspended task waits for; lives in the awaiter, in the waiting
/// frame.
class wait_op {
 public:
  wait_op(const wait_op&) = delete;
  wait_op& operator=(const wait_op&) = delete;

  /// Tries to withdraw the operation. Complete-or-withdrawn: on `withdrawn` and `struck` it never
  /// happened.
  virtual cancel_outcome try_cancel(const shared_text& reason) noexcept = 0;

  /// True if a request is passed on to tasks. Then try_cancel() is not called; trees of such waits
  /// are walked without recursion.
  virtual bool passes_on() const noexcept { return false; }
  /// The tasks to ask, one by one: the first for null, then the one behind `previous`; null when
  /// all have been asked. What is no task is asked in here.
  virtual task_state* pass_on_to(task_state* /*previous*/, const shared_text& /*reason*/) noexcept {
    return nullptr;
  }
  /// Behind that: what became of it.
  virtual cancel_outcome passed_on() noexcept { return cancel_outcome::forwarded; }

  /// True if the kernel or a thread has something of the waiting frame: a frame may go only behind
  /// the answer to try_cancel().
  virtual bool is_lent() const noexcept { return false; }

  /// What kind of wait this is, for dumps: "sleep", "recv", "future", ... Static text.
  virtual const char* describe() const noexcept = 0;

  /// The future or task that is waited for, if it is one.
  virtual future_state* awaited() const noexcept { return nullptr; }
  /// All futures and tasks that are waited for, for dumps; done ones and null ones may be among
  /// them.
  virtual std::size_t awaited_count() const noexcept { return awaited() == nullptr ? 0 : 1; }
  virtual future_state* awaited_at(std::size_t /*index*/) const noexcept { return awaited(); }

 protected:
  wait_op() noexcept = default;
  ~wait_op() = default;
};

}  // namespace rill::detail
