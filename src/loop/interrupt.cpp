// SPDX-License-Identifier: BSL-1.0
#include "loop/interrupt.hpp"

#include "base/host.hpp"
#include "base/signal_hook.hpp"
#include "loop/loop_core.hpp"
#include "rill/base/detail/atomic.hpp"

namespace rill::detail {

namespace {

// What the signal handler may touch. One guard at a time: only the main thread makes one, and runs
// do not nest.
struct interrupt_state final : ready_node {
  constexpr interrupt_state() noexcept : ready_node(&ops_table) {}

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

void on_interrupt(int number, siginfo_t* info, void* context);

constinit interrupt_state state;
constinit signal_hook hook(SIGINT, &on_interrupt);

void on_interrupt(int /*number*/, siginfo_t* /*info*/, void* /*context*/) {
  scheduler* const loop = state.loop.load();
  if (loop == nullptr || state.seen.exchange(true)) {
    // The second one, or nothing to cancel any more: as if we had never been here.
    hook.raise_earlier();
    return;
  }
  // Posting is lock-free, and waking writes to a descriptor: both are allowed in a signal handler.
  if (!state.queued.exchange(true)) loop->post(state);
}

}  // namespace

interrupt_guard::interrupt_guard(event_loop& loop, const any_task& main) {
  if (!in_main_thread() || !hook.install_over_default()) return;
  installed_ = true;
  state.main = &main;
  state.cancelled = false;
  state.seen.store(false);
  state.loop.store(&loop.owner());
}

interrupt_guard::~interrupt_guard() {
  if (!installed_) return;
  scheduler* const loop = state.loop.exchange(nullptr);
  state.main = nullptr;
  // Still posted: the loop takes it out, with no main to cancel, or drops it at its end.
  if (state.queued.load()) loop->take_posted();
  hook.remove();
}

bool interrupt_guard::interrupted() const noexcept { return installed_ && state.cancelled; }

}  // namespace rill::detail
