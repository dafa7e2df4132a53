// SPDX-License-Identifier: BSL-1.0
// turn_taker: what transports of the library have in common beneath their protocol: turns in the
// ready queue, operations in the reactor, and a life of their own while there is any of these.
#pragma once

#include <cstddef>
#include <memory>

#include "rill/core/detail/context_slot.hpp"
#include "rill/core/detail/ready_queue.hpp"
#include "rill/core/scheduler.hpp"
#include "rill/loop/io_op.hpp"
#include "rill/loop/reactor.hpp"

namespace rill::detail {

class turn_taker;

/// An operation of a turn_taker. What it works on is not touched while it is pending.
struct turn_operation : io_op {
  explicit turn_operation(turn_taker& user) noexcept;

  turn_taker* owner;
  bool pending = false;   // in the reactor's hands
  bool answered = false;  // it has ended, and its result was not looked at yet
};

/// Runs in the context of the code that made it. Invariant: `self_` is set exactly while `pins_` is
/// not zero: it is queued, one of its operations is pending, or a derived class wants it so.
class turn_taker : private ready_node {
 public:
  turn_taker(const turn_taker&) = delete;
  turn_taker& operator=(const turn_taker&) = delete;

 protected:
  explicit turn_taker(scheduler& owner);
  virtual ~turn_taker();

  scheduler& owner() const noexcept { return *owner_; }
  context_slot& context() noexcept { return context_; }

  void pin() noexcept;
  /// May destroy this.
  void unpin() noexcept;
  /// Has take_turn() be called, once for any number of calls.
  void queue() noexcept;

  /// True if it has ended at once. If not, its end queues a turn.
  bool begin(turn_operation& op, reactor& io) noexcept;
  /// Takes it back, or has it end soon.
  void withdraw(turn_operation& op, reactor& io) noexcept;

  virtual void take_turn() noexcept = 0;
  /// The loop was closed before the turn.
  virtual void lose_turn() noexcept = 0;
  virtual std::shared_ptr<void> self() noexcept = 0;

 private:
  friend struct turn_operation;

  static void run(ready_node& node) noexcept;
  static void drop(ready_node& node) noexcept;
  static const ready_ops turn_ops;
  static void on_complete(io_op& op) noexcept;

  scheduler* owner_;  // counted
  context_slot context_;
  std::shared_ptr<void> self_;
  std::size_t pins_ = 0;
  bool queued_ = false;
};

}  // namespace rill::detail
