// SPDX-License-Identifier: BSL-1.0
#include "rill/core/context.hpp"

#include <string>

#include "rill/core/context_var.hpp"
#include "rill/core/errors.hpp"

namespace rill {

namespace detail {

namespace {

std::uint64_t next_variable() noexcept {
  static atomic<std::uint64_t> next{1};
  return next.fetch_add_relaxed(1);
}

}  // namespace

any_context_var::any_context_var(std::string_view name) : name_(name), id_(next_variable()) {}

void any_context_var::throw_unset() const {
  throw lookup_error("rill: the context variable '" + name_ +
                     "' has no value here and no default; set it, or ask with get(otherwise)");
}

context_change::context_change(std::uint64_t variable, context_value* fresh) : variable_(variable) {
  const state_ref<context_value> value(fresh, {});
  context_slot& here = current_context();
  before_ = state_ref<context_value>(here.find(variable));
  here.set(variable, *fresh);
  context_ = here.identity();
}

bool context_change::is_here() const noexcept {
  const context_slot* const here = current_context_or_null();
  return here != nullptr && here->identity() == context_;
}

void context_change::put_back() {
  context_slot& here = current_context();
  if (before_) {
    here.set(variable_, *before_);
  } else {
    here.erase(variable_);
  }
  used_ = true;
}

void context_change::undo(const any_context_var& variable) {
  if (variable.id() != variable_)
    throw_usage("rill: this token is of another context variable; reset that one");
  if (used_)
    throw_usage(
        "rill: this token was used before; a set() of a context variable is taken back "
        "once");
  if (!is_here())
    throw_usage(
        "rill: this token was made in another context; reset a context variable in the task or "
        "callback that has set it");
  put_back();
}

void context_change::undo_if_here() noexcept {
  if (used_ || context_ == 0 || !is_here()) return;
  try {
    put_back();
  } catch (...) {  // for want of memory: the value stays
  }
}

context_slot& entered_context::claim(context_state& state) {
  if (state.entered.exchange(true))
    throw_usage(
        "rill: this context is entered already; a context serves one run, or one task, at a time: "
        "run in a copy() of it");
  return state.slot;
}

context_state& enterable(const context& given, bool eagerly) {
  context_state& state = context_access::state(given);
  if (eagerly && state.is_entered())
    throw_usage(
        "rill: this context is entered already, and nothing can begin in it right now; let the "
        "task begin in its turn, or in a copy() of the context");
  return state;
}

}  // namespace detail

context::context() : context(detail::context_slot()) {}

context::context(const detail::context_slot& values)
    : state_(new detail::context_state(values), {}) {}

context copy_context() { return context(detail::copy_of(detail::current_context_or_null())); }

}  // namespace rill
