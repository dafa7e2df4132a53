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
  withdrawn,  // it will not happen: wake the task, its await throws
  struck,     // as withdrawn, but the task is in the ready queue already
  forwarded,  // the thing waited for was asked in its turn; the awaiter calls
              // task_state::settle_forwarded() when that has ended
  follows,    // the answer comes later: the awaiter calls task_state::take_delivery() if it was
              // withdrawn
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

  /// If a request is only passed on to a task: that task, else null. Chains of such waits are
  /// walked without recursion; passed_on() is called instead of try_cancel() on the way back.
  virtual task_state* passes_on_to() const noexcept { return nullptr; }
  virtual cancel_outcome passed_on() noexcept { return cancel_outcome::forwarded; }

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
