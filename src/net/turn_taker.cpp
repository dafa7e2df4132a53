// SPDX-License-Identifier: BSL-1.0
#include "net/turn_taker.hpp"

#include <utility>

#include "rill/core/detail/task_state.hpp"

namespace rill::detail {

const ready_ops turn_taker::turn_ops{&turn_taker::run, &turn_taker::drop};

turn_operation::turn_operation(turn_taker& user) noexcept : owner(&user) {
  complete = &turn_taker::on_complete;
}

turn_taker::turn_taker(scheduler& owner)
    : ready_node(&turn_ops), owner_(&owner), context_(copy_of(maker_context(owner))) {
  owner.add_reference();
}

turn_taker::~turn_taker() { owner_->release(); }

void turn_taker::pin() noexcept {
  if (pins_++ == 0) self_ = self();
}

void turn_taker::unpin() noexcept {
  if (--pins_ != 0) return;
  const std::shared_ptr<void> last = std::move(self_);
}

void turn_taker::queue() noexcept {
  if (queued_) return;
  queued_ = true;
  pin();
  owner_->make_ready(*this);
}

void turn_taker::run(ready_node& node) noexcept {
  auto& self = static_cast<turn_taker&>(node);
  self.queued_ = false;
  {
    const context_scope inside(self.owner_, &self.context_);
    self.take_turn();
  }
  self.unpin();
}

void turn_taker::drop(ready_node& node) noexcept {
  auto& self = static_cast<turn_taker&>(node);
  self.queued_ = false;
  self.lose_turn();
  self.unpin();
}

void turn_taker::on_complete(io_op& op) noexcept {
  auto& ended = static_cast<turn_operation&>(op);
  ended.pending = false;
  ended.answered = true;
  ended.owner->queue();
  ended.owner->unpin();
}

bool turn_taker::begin(turn_operation& op, reactor& io) noexcept {
  if (io.start(op)) return true;
  op.pending = true;
  pin();
  return false;
}

void turn_taker::withdraw(turn_operation& op, reactor& io) noexcept {
  if (!op.pending) return;
  if (io.cancel(op) == io_cancel::follows) return;
  op.pending = false;
  unpin();
}

}  // namespace rill::detail
