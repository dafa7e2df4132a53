// SPDX-License-Identifier: BSL-1.0
#include "rill/core/detail/done_callback.hpp"

#include <exception>
#include <string>

#include "rill/core/exception_context.hpp"
#include "rill/core/future.hpp"

namespace rill::detail {

const ready_ops done_callback::ops_table{&done_callback::run, &done_callback::drop};

done_callback::done_callback(std::uintptr_t identity) noexcept
    : future_waiter(&on_done),
      ready_node(&ops_table),
      identity_(identity),
      context_(copy_of(current_context_or_null())) {}

done_callback::~done_callback() = default;

std::uintptr_t register_done_callback(future_state& state, done_callback& callback) noexcept {
  if (callback.identity_ == 0) callback.identity_ = reinterpret_cast<std::uintptr_t>(&callback);
  // The handler may look at the outcome, but need not; a callback alone does not count as having
  // looked.
  if (state.done()) {
    done_callback::on_done(callback, state);
  } else {
    state.add_waiter(callback);
  }
  return callback.identity_;
}

std::size_t remove_done_callback(future_state& state, std::uintptr_t id) noexcept {
  std::size_t removed = 0;
  future_waiter* waiter = state.first_waiter();
  while (waiter != nullptr) {
    future_waiter* const next = waiter->next == state.first_waiter() ? nullptr : waiter->next;
    if (waiter->fire == &done_callback::on_done) {
      auto& callback = static_cast<done_callback&>(*waiter);
      if (callback.identity_ == id) {
        state.remove_waiter(callback);
        callback.destroy();
        ++removed;
      }
    }
    waiter = next;
  }
  return removed;
}

void drop_done_callbacks(future_state& state) noexcept {
  // All that can still be linked: whoever waits in another way holds a reference.
  while (future_waiter* const waiter = state.first_waiter()) {
    state.remove_waiter(*waiter);
    static_cast<done_callback&>(*waiter).destroy();
  }
}

void done_callback::on_done(future_waiter& waiter, future_state& state) noexcept {
  auto& self = static_cast<done_callback&>(waiter);
  state.add_reference();
  self.state_ = &state;
  state.loop_scheduler().make_ready(self);
}

void done_callback::run(ready_node& node) noexcept {
  auto& self = static_cast<done_callback&>(node);
  state_ref<future_state> state(self.state_, {});
  try {
    const context_scope inside(&state->loop_scheduler(), &self.context_);
    self.call(future_access::wrap(*state));
  } catch (...) {
    const std::exception_ptr error = std::current_exception();
    const std::string text = "rill: a done-callback has thrown: " + describe_exception(error);
    state->loop_scheduler().report({text, error, nullptr});
  }
  self.destroy();
}

void done_callback::drop(ready_node& node) noexcept {
  auto& self = static_cast<done_callback&>(node);
  future_state* const state = self.state_;
  self.destroy();
  state->release();
}

}  // namespace rill::detail
