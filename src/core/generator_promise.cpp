// SPDX-License-Identifier: BSL-1.0
#include "rill/core/detail/generator_promise.hpp"

#include <string>

#include "rill/core/create_task.hpp"
#include "rill/core/detail/ended_awaiter.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/exception_context.hpp"
#include "rill/core/result.hpp"

namespace rill::detail {

namespace {

void report_failed_close(scheduler& owner, const std::exception_ptr& error) {
  const std::string text =
      "rill: an async generator that was left half-way has failed while it was closed: " +
      describe_exception(error);
  owner.report({text, error, nullptr});
}

/// Awaits the close, and reports what that throws; a cancellation comes out.
coro<> close_or_report(scheduler& owner, generator_owner& left) {
  std::exception_ptr error;
  try {
    co_await generator_close(left);
  } catch (const cancelled_error&) {
    throw;
  } catch (...) {
    error = std::current_exception();
  }
  if (error) report_failed_close(owner, error);
}

coro<> close_in_task(generator_owner left) {
  // However the close ends, the frame goes: one that refuses is not closed again and again.
  struct end {
    generator_owner* of;
    ~end() { of->destroy(); }
  };
  const end last{&left};
  co_await close_or_report(scheduler::require_current(), left);
}

void launch_close(scheduler& owner, generator_owner left) {
  const task<void> closing =
      launch(owner, close_in_task(std::move(left)), {.name = "close of an async generator"});
  task_access::state(closing)->mark_as_closing();
}

generator_promise_base* newest_to_close(scheduler& owner) noexcept {
  for (live_generator& each : owner.generators()) {
    auto& promise = static_cast<generator_promise_base&>(each);
    if (promise.may_be_closed()) return &promise;
  }
  return nullptr;
}

any_task first_closing_task(scheduler& owner) {
  for (task_state* task = owner.first_task(); task != nullptr; task = task->next_task()) {
    if (task->closes_generator()) return task_access::wrap(*task);
  }
  return {};
}

void report_those_at_a_step(scheduler& owner) {
  for (live_generator& each : owner.generators()) {
    const auto& promise = static_cast<const generator_promise_base&>(each);
    if (!promise.is_at_step() || promise.task()->closes_generator()) continue;
    owner.report(
        {"rill: an async generator is at a step of a task and cannot be closed; end the "
         "task first",
         nullptr, nullptr});
  }
}

RILL_COLD std::string refusal_of_yield(const await_site& site) {
  return "rill: an async generator has yielded while it was closed, at " +
         std::string(site.file_name()) + ":" + std::to_string(site.line()) +
         "; let generator_exit pass, or return";
}

}  // namespace

generator_promise_base::~generator_promise_base() {
  if (is_linked()) unlink();
}

void generator_promise_base::prepare_slowly(task_state& task) {
  if (step_ != nullptr)
    throw_usage(
        "rill: this async generator is at a step already; it serves one task at a time: let one "
        "task iterate and pass the items on, through a queue for example");
  if (owner_ != nullptr)
    throw_usage("rill: this async generator belongs to another event loop; step it there");
  claim();
  owner_ = &task.owner();
  owner_->add_reference();
  owner_->generators().push_front(*this);
}

void generator_promise_base::stop_at_yield() {
  if (task_->innermost_scope() != entry_scope_) [[unlikely]]
    throw_usage(
        "rill: co_yield inside a cancel_scope of the generator: the scope would apply to whoever "
        "iterates; await inside the scope, and yield behind it");
  flags_ |= promise_finished;
  if ((flags_ & promise_inline) == 0) hand_back();
}

void generator_promise_base::end_body(generator_promise_base& self) {
  std::exception_ptr error = std::move(self.error_);
  destroy(self);
  if (error) std::rethrow_exception(std::move(error));
}

void generator_promise_base::end_closing(generator_promise_base& self) {
  self.step_ = nullptr;
  if (self.outcome_ != promise_outcome::none) {
    if (self.error_ && is_generator_exit(self.error_)) self.error_ = nullptr;
    end_body(self);
    return;
  }
  const std::string text = refusal_of_yield(self.site());
  if (self.is_orphan()) destroy(self);
  throw_usage(text.c_str());
}

void generator_promise_base::cut_off(generator_promise_base& self) noexcept {
  self.step_ = nullptr;
  // A stand-in that is in the ready queue has nothing to go on with.
  if (self.task_->state() == run_state::queued) self.task_->forget_guest();
  destroy(self);
}

void generator_promise_base::drop(generator_promise_base& self) noexcept {
  self.object_ = nullptr;
  if (self.step_ != nullptr) return;  // the step ends it
  if (!self.has_begun() || !self.owner_->is_open()) {
    destroy(self);
    return;
  }
  if (self.last_try_) {
    self.owner_->report(
        {"rill: an async generator could not be closed for want of memory", nullptr, nullptr});
    destroy(self);
    return;
  }
  self.last_try_ = true;
  try {
    launch_close(*self.owner_, generator_owner(self));
    self.last_try_ = false;
  } catch (...) {  // for want of memory; the owner was dropped again, with last_try_ set
  }
}

void generator_promise_base::destroy(generator_promise_base& self) noexcept {
  if (self.object_ != nullptr) self.object_->release();
  if (self.is_linked()) self.unlink();
  scheduler* const owner = self.owner_;
  // A frame that GCC 12 has laid out wrongly cannot be destroyed either; it is leaked.
  if (!self.broken()) self.handle().destroy();
  if (owner != nullptr) owner->release();
}

generator_close::generator_close(generator_owner& object)
    : generator_throw(object, std::make_exception_ptr(generator_exit())) {}

coro<> close_live_generators(scheduler& owner) {
  report_those_at_a_step(owner);
  while (generator_promise_base* const newest = newest_to_close(owner)) {
    newest->begin_last_close();
    co_await close_or_report(owner, newest->object());
  }
  while (true) {
    const any_task closing = first_closing_task(owner);
    if (!closing) break;
    co_await ended(closing);
  }
}

bool closes_generator(const any_task& task) noexcept {
  return task_access::state(task)->closes_generator();
}

}  // namespace rill::detail
