// SPDX-License-Identifier: BSL-1.0
#include "streams/transport_wire.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/system_errors.hpp"
#include "rill/base/error.hpp"

namespace rill::detail {

namespace {

// What is with the transport cannot be taken back by a cancellation.
constexpr std::size_t most_at_once = 64 * 1024;

int code_of(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const std::system_error& known) {
    if (known.code().category() == system_errors() && known.code().value() > 0) {
      return known.code().value();
    }
  } catch (...) {
    // Whatever it is, the stream has no word for it.
  }
  return ECONNABORTED;
}

}  // namespace

void transport_wire::attach(std::shared_ptr<transport> made) {
  transport_ = std::move(made);
  transport_->set_write_buffer_limits(0, 0);
  // It may have told an earlier protocol so.
  writing_paused_ = transport_->write_buffer_size() != 0;
}

// -- reading -------------------------------------------------------------------------------------

bool transport_wire::read(io_op& op) noexcept {
  op.result = 0;
  if (op.size == 0) return true;
  if (held() == 0) {
    if (read_failure_ != 0) op.result = -read_failure_;
    if (read_failure_ != 0 || at_end_) return true;
    reading_ = &op;
    return false;
  }
  const std::size_t count = std::min(op.size, held());
  std::memcpy(op.data, incoming_.data() + taken_, count);
  taken_ += count;
  if (held() == 0) {
    incoming_.clear();
    taken_ = 0;
  }
  op.result = static_cast<std::int64_t>(count);
  control_reading();
  return true;
}

void transport_wire::take(std::string_view data) {
  if (reading_ != nullptr) {
    io_op& op = *std::exchange(reading_, nullptr);
    const std::size_t count = std::min(op.size, data.size());
    std::memcpy(op.data, data.data(), count);
    data.remove_prefix(count);
    end(op, static_cast<std::int64_t>(count));
  }
  if (taken_ > incoming_.size() / 2) {
    incoming_.erase(0, taken_);
    taken_ = 0;
  }
  incoming_.append(data);
  control_reading();
}

/// Holds the transport between limit and twice the limit.
void transport_wire::control_reading() noexcept {
  const bool wanted = reading_paused_ ? held() > limit_ : held() / 2 > limit_;
  if (wanted == reading_paused_ || !transport_) return;
  reading_paused_ = wanted;
  try {
    if (wanted) {
      transport_->pause_reading();
    } else {
      transport_->resume_reading();
    }
  } catch (...) {
    transport_->abort();
  }
}

void transport_wire::take_end() noexcept {
  at_end_ = true;
  if (reading_ != nullptr) end(*std::exchange(reading_, nullptr), 0);
}

// -- writing -------------------------------------------------------------------------------------

bool transport_wire::write(io_op& op) noexcept {
  op.result = -write_failure_;
  if (write_failure_ != 0) return true;
  if (!transport_ || transport_->is_closing()) {
    op.result = -EPIPE;
    return true;
  }
  const std::size_t count = std::min(op.size, most_at_once);
  try {
    transport_->write({static_cast<const char*>(op.data), count});
  } catch (...) {
    op.result = -code_of(std::current_exception());
    return true;
  }
  op.result = static_cast<std::int64_t>(count);
  if (!writing_paused_) return true;
  writing_ = &op;
  return false;
}

void transport_wire::resume_writing() noexcept {
  writing_paused_ = false;
  if (writing_ == nullptr) return;
  io_op& op = *std::exchange(writing_, nullptr);
  end(op, op.result);
}

bool transport_wire::can_end_writing() const noexcept {
  return transport_ && transport_->can_write_eof();
}

void transport_wire::end_writing() {
  if (!transport_) return;
  try {
    transport_->write_eof();
  } catch (...) {
    throw_system_error(code_of(std::current_exception()), "rill: ending a half of a transport");
  }
}

// -- both ----------------------------------------------------------------------------------------

bool transport_wire::start(io_op& op) noexcept {
  return op.kind == io_kind::send ? write(op) : read(op);
}

io_cancel transport_wire::cancel(io_op& op) noexcept {
  if (reading_ == &op) {
    reading_ = nullptr;
    return io_cancel::withdrawn;
  }
  if (writing_ == &op) end(*std::exchange(writing_, nullptr), op.result);
  return io_cancel::follows;
}

void transport_wire::lose(const std::exception_ptr& error) noexcept {
  const std::shared_ptr<transport> gone = std::move(transport_);
  transport_ = nullptr;
  read_failure_ = error ? code_of(error) : 0;
  write_failure_ = error ? read_failure_ : ECONNRESET;
  at_end_ = true;
  if (reading_ != nullptr) end(*std::exchange(reading_, nullptr), -read_failure_);
  if (writing_ != nullptr) end(*std::exchange(writing_, nullptr), -write_failure_);
}

void transport_wire::close() noexcept {
  const bool unsent = writing_paused_;
  if (reading_ != nullptr) end(*std::exchange(reading_, nullptr), io_closed);
  if (writing_ != nullptr) end(*std::exchange(writing_, nullptr), io_closed);
  if (!transport_) return;
  if (unsent) {
    transport_->abort();
  } else {
    transport_->close();
  }
}

bool transport_device::end_writing() {
  wire_->end_writing();
  return false;
}

socket_address transport_device::peer_address() noexcept {
  const transport* const used = wire_->get();
  return used != nullptr ? used->peer_address() : socket_address();
}

socket_address transport_device::local_address() noexcept {
  const transport* const used = wire_->get();
  return used != nullptr ? used->local_address() : socket_address();
}

std::string transport_device::extra_info(std::string_view name) const {
  const transport* const used = wire_->get();
  return used != nullptr ? used->get_extra_info(name) : std::string();
}

}  // namespace rill::detail
