// SPDX-License-Identifier: BSL-1.0
// Cancellation scopes: who asked for a cancellation, and who may absorb it. timeout, task_group,
// wait_for and shield are built of these; docs/design/cancellation.md tells the whole model.
#pragma once

#include <cstdint>
#include <string_view>

#include "rill/base/detail/shared_text.hpp"

namespace rill {

namespace detail {
class task_state;
}

// [cancel_scope]
/// A region of the running task that can be cancelled by itself.
///
/// asyncio: the mechanism inside `timeout()` and `TaskGroup`; trio's cancel scope. The constructor
/// enters the scope on the current task, the destructor leaves it; scopes nest strictly.
///
/// **Attribution.** A request names its scope. The region's present await throws `cancelled_error`,
/// or the next one that has to wait does. At the edge of the region, absorb() says whether the
/// exception is this scope's to swallow: only if this scope was asked and no enclosing one has been
/// asked since the scope was entered (or before that, without the request having been delivered).
/// So an outer cancellation always goes on.
///
///     cancel_scope scope;
///     try {
///       co_await work();
///     } catch (const cancelled_error&) {
///       if (!scope.absorb()) scope.pass_on();
///     }
///
/// A request that has not struck when its scope is left is gone.
/// Threads: only on the thread of the task's loop. Lifetime: must be left by the task that entered
/// it.
class cancel_scope {
 public:
  enum class shielding : std::uint8_t {
    open,      ///< requests of enclosing scopes strike inside
    shielded,  ///< requests of enclosing scopes wait until this scope is left
  };

  /// Enters a scope on the current task. Throws usage_error outside a task.
  explicit cancel_scope(shielding mode = shielding::open);
  /// Leaves the scope.
  ~cancel_scope();
  cancel_scope(const cancel_scope&) = delete;
  cancel_scope& operator=(const cancel_scope&) = delete;

  /// Asks the region to stop: its present await, or the next one that waits, throws
  /// cancelled_error. Each request strikes once. May be called from inside the region or from any
  /// other code on the loop's thread.
  void cancel(std::string_view reason = {});

  /// True when cancel() was called and absorb() has not yet taken the request.
  bool cancel_requested() const noexcept { return requests_ != 0; }

  /// Says whether a cancelled_error that has reached the edge of this scope ends here; takes this
  /// scope's requests back if so. Call it in the handler at the edge, once.
  bool absorb() noexcept;

  /// In the handler at the edge, when absorb() has said no: throws the cancelled_error on, or, if
  /// this scope was asked too, one with the reason of the enclosing scope that wants it.
  [[noreturn]] void pass_on();

  /// Takes this scope's requests back, struck or not (for an edge that is reached without an
  /// exception).
  void withdraw() noexcept;

  bool is_shielded() const noexcept { return shielded_; }

  /// For an edge at which an error takes the place of cancellations of enclosing scopes: those that
  /// have struck since this scope was entered strike again, at the next await.
  void renew_outer() noexcept;
  // [/cancel_scope]

 private:
  friend class detail::task_state;

  detail::task_state* task_;
  cancel_scope* parent_;
  detail::shared_text reason_;   // of the latest request
  std::uint32_t requests_ = 0;   // made and not yet taken back
  std::uint32_t delivered_ = 0;  // of those, how many have struck
  std::uint32_t baseline_ =
      0;  // requests of enclosing scopes that had struck before this scope was entered
  bool shielded_;
};

}  // namespace rill
