// SPDX-License-Identifier: BSL-1.0
//
// Ctrl-C on Windows. The C runtime calls the handler in a thread of its own, or within raise(), and
// has given the signal its default effect by then.
#include <csignal>
#include <thread>

#include "base/host.hpp"
#include "loop/interrupt.hpp"
#include "loop/interrupt_state.hpp"

namespace rill::detail {

namespace {

constinit interrupt_state state;
constinit atomic<int> handlers{0};  // that run, in threads of their own

void on_interrupt(int /*number*/) {
  handlers.fetch_add(1);
  const bool posted = state.post();
  handlers.fetch_sub(1);
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
  state.begin(loop.owner(), main);
}

interrupt_guard::~interrupt_guard() {
  if (!installed_) return;
  scheduler& loop = state.end();
  while (handlers.load() != 0) std::this_thread::yield();
  state.finish(loop);
  remove_handler();
}

bool interrupt_guard::interrupted() const noexcept { return installed_ && state.cancelled; }

}  // namespace rill::detail
