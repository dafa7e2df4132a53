// SPDX-License-Identifier: BSL-1.0
#include "streams/memory_wire.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

namespace rill::detail {

namespace {

void end(io_op*& waiting, std::int64_t result) noexcept {
  if (waiting == nullptr) return;
  io_op& op = *std::exchange(waiting, nullptr);
  op.result = result;
  op.complete(op);
}

}  // namespace

// -- one direction -------------------------------------------------------------------------------

/// Takes what there is room for. Negative: an error.
std::int64_t memory_lane::move_in(const io_op& op) noexcept {
  const std::size_t count = std::min(op.size, capacity_ - held());
  try {
    bytes_.append(static_cast<const char*>(op.data), count);
  } catch (const std::bad_alloc&) {
    return -ENOMEM;
  }
  return static_cast<std::int64_t>(count);
}

std::int64_t memory_lane::move_out(const io_op& op) noexcept {
  const std::size_t count = std::min(op.size, held());
  std::memcpy(op.data, bytes_.data() + taken_, count);
  taken_ += count;
  if (taken_ == bytes_.size()) {
    bytes_.clear();
    taken_ = 0;
  } else if (taken_ > bytes_.size() / 2) {
    bytes_.erase(0, taken_);
    taken_ = 0;
  }
  return static_cast<std::int64_t>(count);
}

bool memory_lane::send(io_op& op) noexcept {
  op.result = 0;
  if (deaf_ || ended_) {
    op.result = -EPIPE;
    return true;
  }
  if (op.size == 0) return true;
  if (held() == capacity_) {
    sending_ = &op;
    return false;
  }
  op.result = move_in(op);
  if (receiving_ != nullptr && held() != 0) end(receiving_, move_out(*receiving_));
  return true;
}

bool memory_lane::receive(io_op& op) noexcept {
  op.result = 0;
  if (op.size == 0) return true;
  if (held() != 0) {
    op.result = move_out(op);
    if (sending_ != nullptr) end(sending_, move_in(*sending_));
    return true;
  }
  if (ended_) return true;
  receiving_ = &op;
  return false;
}

bool memory_lane::withdraw(const io_op& op) noexcept {
  if (sending_ == &op) {
    sending_ = nullptr;
    return true;
  }
  if (receiving_ == &op) {
    receiving_ = nullptr;
    return true;
  }
  return false;
}

void memory_lane::end_sending() noexcept {
  ended_ = true;
  end(sending_, io_closed);
  end(receiving_, 0);
}

void memory_lane::end_receiving() noexcept {
  deaf_ = true;
  std::string().swap(bytes_);
  taken_ = 0;
  end(receiving_, io_closed);
  end(sending_, -EPIPE);
}

// -- both ----------------------------------------------------------------------------------------

bool memory_end::end_writing() {
  out_->end_sending();
  return false;
}

void memory_end::close() noexcept {
  // First the side of its own, whose operations must not be taken for the peer's.
  in_->end_receiving();
  out_->end_sending();
}

bool memory_end::start(io_op& op) noexcept {
  return op.kind == io_kind::send ? out_->send(op) : in_->receive(op);
}

io_cancel memory_end::cancel(io_op& op) noexcept {
  memory_lane& lane = op.kind == io_kind::send ? *out_ : *in_;
  return lane.withdraw(op) ? io_cancel::withdrawn : io_cancel::follows;
}

}  // namespace rill::detail
