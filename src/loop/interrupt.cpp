// SPDX-License-Identifier: BSL-1.0
#include "loop/interrupt.hpp"

#include "base/host.hpp"
#include "base/signal_hook.hpp"
#include "loop/interrupt_state.hpp"

namespace rill::detail {

namespace {

void on_interrupt(int number, siginfo_t* info, void* context);

constinit interrupt_state state;
constinit signal_hook hook(SIGINT, &on_interrupt);

void on_interrupt(int /*number*/, siginfo_t* /*info*/, void* /*context*/) {
  if (!state.post()) hook.raise_earlier();  // as if we had never been here
}

}  // namespace

interrupt_guard::interrupt_guard(event_loop& loop, const any_task& main) {
  if (!in_main_thread() || !hook.install_over_default()) return;
  installed_ = true;
  state.begin(loop.owner(), main);
}

interrupt_guard::~interrupt_guard() {
  if (!installed_) return;
  state.finish(state.end());
  hook.remove();
}

bool interrupt_guard::interrupted() const noexcept { return installed_ && state.cancelled; }

}  // namespace rill::detail
