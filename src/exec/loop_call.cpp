// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/detail/loop_call.hpp"

#include <utility>

#include "rill/core/exception_context.hpp"
#include "rill/core/scheduler.hpp"

namespace rill::detail {

const ready_ops loop_call::end_ops{&loop_call::run, &loop_call::drop};
const ready_ops loop_call::cancel_ops{&loop_call::run_cancel, &loop_call::drop_cancel};

loop_call::cancel_turn::cancel_turn(loop_call& call) noexcept
    : ready_node(&cancel_ops), owner(&call) {}

loop_call::loop_call(job_ref<> waited, state_ref<future_state> future) noexcept
    : ready_node(&end_ops),
      future_waiter(&on_future_done),
      job_(std::move(waited)),
      future_(std::move(future)),
      loop_(&future_->loop_scheduler()),
      cancel_(*this) {}

void loop_call::start() noexcept {
  loop_->begin_external_work();
  future_->add_waiter(*this);
  loop_services::of(*loop_).add_resident(*this);
  job_->mark_observed();  // what nobody looks at is the future's to tell
  job_->set_caller(loop_);
  if (job_->add_waiter(*this)) return;
  loop_->make_ready(*this);
}

bool loop_call::reach() noexcept { return loop_->hold_open(); }

void loop_call::tell() noexcept { loop_->post_held(*this); }

// The future was cancelled. To cancel the job runs what others have written: not in here.
void loop_call::on_future_done(future_waiter& waiter, future_state& /*state*/) noexcept {
  auto& self = static_cast<loop_call&>(waiter);
  if (!self.at_end_ && std::exchange(self.outside_, false)) self.loop_->end_external_work();
  if (!self.waits_for_job_) return;
  self.cancel_.queued = true;
  self.loop_->make_ready(self.cancel_);
}

void loop_call::run_cancel(ready_node& node) noexcept {
  auto& turn = static_cast<cancel_turn&>(node);
  turn.queued = false;
  turn.owner->job_->cancel(shared_text());
  turn.owner->end_if_idle();
}

void loop_call::drop_cancel(ready_node& node) noexcept { run_cancel(node); }

void loop_call::run(ready_node& node) noexcept {
  auto& self = static_cast<loop_call&>(node);
  self.waits_for_job_ = false;
  self.loop_resident::unlink();
  if (std::exchange(self.outside_, false)) self.loop_->end_external_work();
  self.settle();
  if (self.at_end_) {
    try {
      self.at_end_();
    } catch (...) {
      const std::exception_ptr error = std::current_exception();
      self.loop_->report({"rill: what follows a job has thrown", error, nullptr});
    }
  }
  self.end_if_idle();
}

void loop_call::settle() noexcept {
  if (future_->done()) return;
  future_->remove_waiter(*this);
  std::exception_ptr error = job_->error();
  if (!error) {
    try {
      give_value();
      return;
    } catch (...) {
      error = std::current_exception();
    }
  }
  future_->complete_with_error(std::move(error));
}

void loop_call::drop(ready_node& node) noexcept {
  auto& self = static_cast<loop_call&>(node);
  self.waits_for_job_ = false;
  self.leave_loop();
  self.end_if_idle();
}

void loop_call::on_loop_close() noexcept {
  job_->forget_caller(loop_);
  // If it is too late, it is in the inbox, or will be there before the loop is closed for good.
  if (!job_->remove_waiter(*this)) return;
  waits_for_job_ = false;
  leave_loop();
  end_if_idle();
}

void loop_call::leave_loop() noexcept {
  if (loop_resident::is_linked()) loop_resident::unlink();
  future_->remove_waiter(*this);
  if (std::exchange(outside_, false)) loop_->end_external_work();
}

void loop_call::end_if_idle() noexcept {
  if (waits_for_job_ || cancel_.queued) return;
  destroy();
}

}  // namespace rill::detail
