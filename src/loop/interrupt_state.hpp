// SPDX-License-Identifier: BSL-1.0
// What the handler of SIGINT may touch: which run it is to interrupt. For interrupt_guard, on each
// system.
#pragma once

#include "loop/loop_core.hpp"
#include "rill/base/detail/atomic.hpp"
#include "rill/core/task.hpp"

namespace rill::detail {

/// One for the process, as there is one guard at a time: only the main thread makes one, and runs
/// do not nest.
struct interrupt_state final : ready_node {
  constexpr interrupt_state() noexcept : ready_node(&ops_table) {}

  void begin(scheduler& interrupted, const any_task& task) noexcept {
    main = &task;
    cancelled = false;
    seen.store(false);
    loop.store(&interrupted);
  }

  /// In the handler. False for the second signal, and where there is nothing to cancel any more:
  /// then it has its default effect. Posting is lock-free, and waking does what a handler may.
  bool post() noexcept {
    scheduler* const interrupted = loop.load();
    if (interrupted == nullptr || seen.exchange(true)) return false;
    if (!queued.exchange(true)) interrupted->post(*this);
    return true;
  }

  /// No handler finds the run any more. Gives its loop, for finish().
  scheduler& end() noexcept {
    scheduler& interrupted = *loop.exchange(nullptr);
    main = nullptr;
    return interrupted;
  }
  /// Still posted: the loop takes it out, with no main to cancel, or drops it at its end. Requires:
  /// no handler runs.
  void finish(scheduler& interrupted) noexcept {
    if (queued.load()) interrupted.take_posted();
  }

  static void run(ready_node& node) noexcept {
    auto& self = static_cast<interrupt_state&>(node);
    self.queued.store(false);
    if (self.main != nullptr && self.main->cancel("interrupted")) self.cancelled = true;
  }
  static void drop(ready_node& node) noexcept {
    static_cast<interrupt_state&>(node).queued.store(false);
  }
  static constexpr ready_ops ops_table{&run, &drop};

  atomic<scheduler*> loop{nullptr};  // null: no run to interrupt
  atomic<bool> queued{false};        // in the inbox
  atomic<bool> seen{false};          // a SIGINT has come
  const any_task* main = nullptr;
  bool cancelled = false;
};

}  // namespace rill::detail
