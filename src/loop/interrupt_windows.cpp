// SPDX-License-Identifier: BSL-1.0
//
// Ctrl-C on Windows. The C runtime calls the handler in a thread of its own, or within raise(), and
// has given the signal its default effect by then.
#include <csignal>
#include <thread>

#include "base/host.hpp"
#include "loop/interrupt.hpp"
#include "loop/loop_core.hpp"
#include "rill/base/detail/atomic.hpp"

namespace rill::detail {

namespace {

// What the handler may touch. One guard at a time: only the main thread makes one, and runs do not
// nest.
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
  atomic<int> handlers{0};           // that run, in threads of their own
  const any_task* main = nullptr;
  bool cancelled = false;
};

constinit interrupt_state state;

/// False for the second one, and where there is nothing to cancel any more.
bool post_interrupt() noexcept {
  scheduler* const loop = state.loop.load();
  if (loop == nullptr || state.seen.exchange(true)) return false;
  if (!state.queued.exchange(true)) loop->post(state);
  return true;
}

void on_interrupt(int /*number*/) {
  state.handlers.fetch_add(1);
  const bool posted = post_interrupt();
  state.handlers.fetch_sub(1);
  if (posted) return;
  // As if we had never been here.
  std::signal(SIGINT, SIG_DFL);
  std::raise(SIGINT);
}

bool install_over_default() noexcept {
  const auto before = std::signal(SIGINT, &on_interrupt);
  if (before == SIG_DFL || before == &on_interrupt) return true;
  std::signal(SIGINT, before);
  return false;
}

void remove_handler() noexcept {
  const auto present = std::signal(SIGINT, SIG_DFL);
  if (present != &on_interrupt) std::signal(SIGINT, present);
}

}  // namespace

interrupt_guard::interrupt_guard(event_loop& loop, const any_task& main) {
  if (!in_main_thread() || !install_over_default()) return;
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
  while (state.handlers.load() != 0) std::this_thread::yield();
  // Still posted: the loop takes it out, with no main to cancel, or drops it at its end.
  if (state.queued.load()) loop->take_posted();
  remove_handler();
}

bool interrupt_guard::interrupted() const noexcept { return installed_ && state.cancelled; }

}  // namespace rill::detail
