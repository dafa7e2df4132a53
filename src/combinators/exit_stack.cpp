// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/exit_stack.hpp"

#include "rill/core/exception_context.hpp"
#include "rill/core/scheduler.hpp"

namespace rill {

exit_stack::~exit_stack() {
  detail::scheduler* const running = detail::scheduler::current();
  if (exits_.empty() || running == nullptr) return;
  running->report({"rill: an exit_stack has gone with things open; await its close() before",
                   nullptr, nullptr});
}

// Each is told of the latest error, as the blocks around it would be.
coro<> exit_stack::close_all(const std::exception_ptr& error,
                             std::vector<std::exception_ptr>& failures) {
  const cancel_scope keep(cancel_scope::shielding::shielded);
  while (!exits_.empty()) {
    exit newest = std::move(exits_.back());
    exits_.pop_back();
    std::exception_ptr latest = error;
    if (!failures.empty()) latest = failures.back();
    try {
      co_await newest(std::move(latest));
    } catch (...) {
      failures.push_back(std::current_exception());
    }
  }
}

coro<> exit_stack::close() {
  cancel_scope edge;
  const std::exception_ptr none;
  std::vector<std::exception_ptr> failures;
  co_await close_all(none, failures);
  detail::leave(edge, none, std::move(failures));
}

}  // namespace rill
