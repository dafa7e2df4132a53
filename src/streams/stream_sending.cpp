// SPDX-License-Identifier: BSL-1.0
//
// The half of stream_core that writes.
#include <poll.h>

#include <bit>
#include <cerrno>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/quiet_write.hpp"
#include "base/system_calls.hpp"
#include "base/uninterrupted.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/exception_context.hpp"
#include "streams/stream_core.hpp"

namespace rill::detail {

namespace {

// A buffer that a burst has made larger than this is given back when it has been sent.
constexpr std::size_t most_kept = 64 * 1024;
// Writes after the loss that are dropped in silence.
constexpr unsigned silent_lost_writes = 4;

/// Some of it, at least a byte; or the error, negated.
std::int64_t write_waiting(native_handle to, std::string_view bytes) noexcept {
  pollfd room{static_cast<int>(to), POLLOUT, 0};
  std::int64_t written = 0;
  do {
    uninterrupted([&] { return system_calls().poll(&room, 1, -1); });
    written = uninterrupted([&] { return quiet_write(room.fd, bytes.data(), bytes.size()); });
  } while (written == -EAGAIN);
  return written;
}

}  // namespace

const ready_ops stream_core::flush_ops{&stream_core::run, &stream_core::drop};

void stream_core::check_no_file() const {
  if (file_) throw_usage("rill: a file is being sent over this stream; write when that has ended");
}

void stream_core::write(std::string_view bytes) {
  check_no_file();
  if (end_wanted_)
    throw_usage("rill: write() after write_eof(); this half of the stream has ended");
  if (bytes.empty()) return;
  if (is_closing()) {
    report_lost_write();
    return;
  }
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  if (buffered() > limits_.high) paused_ = true;
  if (!sending_) queue();
}

void stream_core::report_lost_write() noexcept {
  if (++lost_writes_ <= silent_lost_writes) return;
  if (!std::has_single_bit(lost_writes_ - silent_lost_writes)) return;  // a flood of them
  owner_->report(
      {"rill: a stream that is closing or lost is being written to; what is written is "
       "dropped (await drain() to learn of it)",
       loss_, nullptr});
}

void stream_core::write_end() {
  check_no_file();
  if (end_wanted_ || is_closing()) return;
  if (!can_write_end()) {
    throw_usage("rill: this stream has no halves to end one of; ask can_write_eof() first");
  }
  end_wanted_ = true;
  if (!sending_) queue();
}

void stream_core::close() noexcept {
  if (closing_ || !is_open()) return;
  closing_ = true;
  if (is_flushed()) {
    shut();
  } else if (!sending_) {
    queue();
  }
}

void stream_core::abort() noexcept {
  if (!is_open()) return;
  closing_ = true;
  dropped_ = dropped_ || !is_flushed();
  shut();
}

void stream_core::check_writable() const {
  if (loss_) std::rethrow_exception(loss_);
  if (dropped_) {
    throw_system_error(ECONNRESET, "rill: the connection was closed before everything was sent");
  }
}

void stream_core::set_limits(write_limits limits) {
  if (limits.low > limits.high) {
    throw_invalid_argument("rill: the low mark of a stream must not be above its high mark");
  }
  limits_ = limits;
  paused_ = paused_ || buffered() > limits_.high;
  settle();
}

void stream_core::queue() noexcept {
  if (queued_) return;
  queued_ = true;
  add_reference();
  owner_->make_ready(*this);
}

void stream_core::run(ready_node& node) noexcept {
  auto& self = static_cast<stream_core&>(node);
  self.queued_ = false;
  self.pump();
  self.release();
}

void stream_core::drop(ready_node& node) noexcept {
  auto& self = static_cast<stream_core&>(node);
  self.queued_ = false;
  self.release();
}

void stream_core::on_sent(io_op& op) noexcept {
  auto& self = static_cast<stream_core&>(op);
  self.sending_ = false;
  self.answered_ = true;
  self.queue();
  self.release();
}

void stream_core::pump() noexcept {
  if (sending_ || direct_) return;
  if (answered_) {
    answered_ = false;
    if (!take_sent()) return;
  }
  while (is_open() && load_outgoing()) {
    io_op::kind = wiring_.write_kind;
    io_op::handle = wiring_.handle;
    io_op::data = outgoing_.data() + sent_;
    io_op::size = outgoing_.size() - sent_;
    if (!io().start(*this)) {
      sending_ = true;
      add_reference();
      return;
    }
    if (!take_sent()) return;
  }
  finish_writing();
}

/// Makes what was written meanwhile the next thing to be sent, if all before it is sent.
bool stream_core::load_outgoing() noexcept {
  if (sent_ < outgoing_.size()) return true;
  if (pending_.empty()) return false;
  outgoing_.swap(pending_);
  return true;
}

/// Looks at the result of a send. False: the connection is closed.
bool stream_core::take_sent() noexcept {
  if (!is_open()) return false;
  if (io_op::result < 0) {
    note_send_failure(io_op::result);
    return false;
  }
  sent_ += static_cast<std::size_t>(io_op::result);
  if (sent_ == outgoing_.size()) {
    sent_ = 0;
    outgoing_.clear();
    if (outgoing_.capacity() > most_kept) std::vector<char>().swap(outgoing_);
    // The next write finds the memory that the processor has at hand.
    if (pending_.empty()) outgoing_.swap(pending_);
  }
  settle();
  return true;
}

void stream_core::finish_writing() noexcept {
  if (!is_open()) return;
  if (end_wanted_ && !end_sent_) {
    end_sent_ = true;
    try {
      if (device_ == nullptr) {
        socket_.shutdown(shutdown_side::write);
      } else {
        closing_ = device_->end_writing() || closing_;
      }
    } catch (const std::system_error& error) {
      lose(error.code().value());
      return;
    } catch (...) {
      lose(ENOMEM);
      return;
    }
  }
  if (closing_) shut();
}

/// Waits until all is written: there is no turn any more in which it could be. Requires: somebody
/// holds a reference.
void stream_core::write_rest(native_handle to) noexcept {
  if (sending_ && io().cancel(*this) == io_cancel::withdrawn) {
    sending_ = false;
    release();
  }
  while (sending_) loop_services::of(*owner_).io().wait(-1);
  if (answered_ && io_op::result != io_cancelled) take_sent();
  answered_ = false;
  while (is_open() && load_outgoing()) {
    const std::string_view rest(outgoing_.data() + sent_, outgoing_.size() - sent_);
    io_op::result = write_waiting(to, rest);
    take_sent();
  }
}

void stream_core::settle() noexcept {
  const std::size_t left = buffered();
  if (paused_ && left <= limits_.low) {
    paused_ = false;
    resumed_.tell();
  }
  if (is_flushed()) flushed_.tell();
}

// -- sending out of the caller's memory -----------------------------------------------------------

bool stream_core::begin_direct() noexcept {
  if (is_closing() || end_wanted_ || sending_ || answered_ || !is_flushed()) return false;
  direct_ = true;
  return true;
}

void stream_core::end_direct(std::vector<char> rest) noexcept {
  direct_ = false;
  if (!is_open()) return;
  if (!rest.empty()) outgoing_ = std::move(rest);
  paused_ = paused_ || buffered() > limits_.high;
  settle();
  queue();
}

void stream_core::begin_file() {
  check_no_file();
  if (loss_) std::rethrow_exception(loss_);
  if (end_wanted_ || is_closing()) {
    throw_usage("rill: no file can be sent over a stream that is closing, or behind write_eof()");
  }
  file_ = true;
}

void stream_core::note_send_failure(std::int64_t failure) noexcept {
  lose(failure == io_closed ? EBADF : static_cast<int>(-failure));
}

}  // namespace rill::detail
