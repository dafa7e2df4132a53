// SPDX-License-Identifier: BSL-1.0
// Ctrl-C during a run: cancels the main task once.
#pragma once

#include "rill/core/task.hpp"
#include "rill/loop/event_loop.hpp"

namespace rill::detail {

/// While it lives, SIGINT cancels `main`, if this is the main thread and SIGINT has its default
/// handler; the second SIGINT, or one after `main` is done, has its default effect.
class interrupt_guard {
 public:
  interrupt_guard(event_loop& loop, const any_task& main);
  ~interrupt_guard();
  interrupt_guard(const interrupt_guard&) = delete;
  interrupt_guard& operator=(const interrupt_guard&) = delete;

  /// True if SIGINT has cancelled the main task.
  bool interrupted() const noexcept;

 private:
  bool installed_ = false;
};

}  // namespace rill::detail
