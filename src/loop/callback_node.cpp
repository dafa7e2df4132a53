// SPDX-License-Identifier: BSL-1.0
#include "rill/loop/detail/callback_node.hpp"

#include <exception>
#include <string>
#include <thread>

#include "rill/core/exception_context.hpp"

namespace rill::detail {

namespace {

RILL_COLD void report_callback_error(scheduler& owner) noexcept {
  const std::exception_ptr error = std::current_exception();
  const std::string text = "rill: a callback has thrown: " + describe_exception(error);
  owner.report({text, error, nullptr});
}

// Its address names the thread.
thread_local const char thread_mark = 0;

RILL_NOINLINE const void* thread_token() noexcept { return &thread_mark; }

}  // namespace

const ready_ops callback_node::ops_table{&callback_node::run, &callback_node::drop};

void callback_node::run(ready_node& node) noexcept {
  auto& self = static_cast<callback_node&>(node);
  if (!self.cancelled_) {
    self.running_ = true;
    const context_scope inside(self.owner_, &self.context_);
    try {
      self.call();
    } catch (...) {
      report_callback_error(*self.owner_);
    }
  }
  drop(node);
}

void callback_node::drop(ready_node& node) noexcept {
  auto& self = static_cast<callback_node&>(node);
  self.end_callback();
  self.release();
}

void callback_node::end_callback() noexcept {
  if (!alive_) return;
  alive_ = false;
  destroy_callback();
}

void callback_node::cancel() noexcept {
  if (!alive_ || cancelled_ || running_) return;
  cancelled_ = true;
  end_callback();
  if (withdraw()) release();
}

timer_callback_node::~timer_callback_node() = default;

void timer_callback_node::arm(std::int64_t when) {
  when_ = when;
  try {
    loop_services::of(*owner_).arm(*this, when);
  } catch (...) {
    drop_unarmed();
    throw;
  }
}

void timer_callback_node::on_due(timer_node& timer) noexcept {
  auto& self = static_cast<timer_callback_node&>(timer);
  self.owner_->make_ready(self);
}

bool timer_callback_node::withdraw() noexcept {
  if (!armed()) return false;
  loop_services::of(*owner_).disarm(*this);
  return true;
}

const ready_ops shared_callback_node::ops_table{&shared_callback_node::run,
                                                &shared_callback_node::drop};

void shared_callback_node::run(ready_node& node) noexcept {
  auto& self = static_cast<shared_callback_node&>(node);
  self.runner_.store(thread_token());
  phase expected = phase::waiting;
  if (self.phase_.compare_exchange(expected, phase::running)) {
    const context_scope inside(self.owner_, &self.context_);
    try {
      self.call();
    } catch (...) {
      report_callback_error(*self.owner_);
    }
    self.destroy_callback();
    self.phase_.store(phase::ended);
  } else {
    self.destroy_callback();
  }
  self.release();
}

void shared_callback_node::drop(ready_node& node) noexcept {
  auto& self = static_cast<shared_callback_node&>(node);
  phase expected = phase::waiting;
  self.phase_.compare_exchange(expected, phase::cancelled);
  self.destroy_callback();
  self.release();
}

void shared_callback_node::wait_for_end() const noexcept {
  // Rare, and short unless the callback is long: no condition variable in every node for it.
  while (phase_.load() == phase::running) std::this_thread::yield();
}

bool shared_callback_node::cancel() noexcept {
  phase expected = phase::waiting;
  if (phase_.compare_exchange(expected, phase::cancelled)) return true;
  if (expected == phase::running && runner_.load() != thread_token()) wait_for_end();
  return false;
}

}  // namespace rill::detail
