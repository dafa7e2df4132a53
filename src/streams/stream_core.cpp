// SPDX-License-Identifier: BSL-1.0
#include "streams/stream_core.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/exception_context.hpp"
#include "rill/streams/detail/fill_awaiter.hpp"

namespace rill::detail {

namespace {

// A buffer that a burst has made larger than this is given back when it has been sent.
constexpr std::size_t kept_capacity = 64 * 1024;
// Writes after the loss that are dropped in silence.
constexpr unsigned silent_lost_writes = 4;

std::exception_ptr make_loss(int code) noexcept {
  try {
    throw_system_error(code, "rill: the connection was lost");
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace

const ready_ops stream_core::flush_ops{&stream_core::run, &stream_core::drop};

stream_core::stream_core(scheduler& owner, std::size_t limit)
    : ready_node(&flush_ops), owner_(&owner), limit_(limit) {
  if (limit == 0) throw_invalid_argument("rill: the limit of a stream must be above zero");
  owner.add_reference();
  io_op::complete = &on_sent;
}

stream_core::~stream_core() { owner_->release(); }

void stream_core::last_release() noexcept {
  // Nobody has closed it: the task that was to serve it has never run, say.
  references_ = 1;
  abort();
  delete this;
}

state_ref<stream_core> stream_core::create(std::size_t limit) {
  return state_ref<stream_core>(new stream_core(scheduler::require_current(), limit));
}

state_ref<stream_core> stream_core::create(socket connected, std::size_t limit) {
  if (!connected) throw_usage("rill: a connection needs an open socket");
  state_ref<stream_core> core(new stream_core(scheduler::require_current(), limit));
  core->socket_ = std::move(connected);
  core->connected_ = true;
  loop_services::of(*core->owner_).add_resident(*core);
  return core;
}

// -- reading -------------------------------------------------------------------------------------

void stream_core::begin_read() {
  if (reading_) {
    throw_usage(
        "rill: another task reads from this stream already; one at a time, or each its own stream");
  }
  reading_ = true;
}

void stream_core::check_fed() const {
  if (connected_) throw_usage("rill: this stream reads from a connection and cannot be fed");
}

void stream_core::feed(std::string_view bytes) {
  if (at_end_) throw_usage("rill: nothing can be fed behind the end of a stream");
  input.append(bytes);
  if (waiting_fill_ != nullptr && !bytes.empty()) waiting_fill_->wake();
}

void stream_core::feed_end() noexcept {
  at_end_ = true;
  if (waiting_fill_ != nullptr) waiting_fill_->wake();
}

void stream_core::feed_error(std::exception_ptr error) noexcept {
  loss_ = std::move(error);
  if (waiting_fill_ != nullptr) waiting_fill_->wake();
}

std::size_t stream_core::note_received(std::int64_t received) {
  if (received > 0) return static_cast<std::size_t>(received);
  if (received < 0 && received != io_closed) lose(static_cast<int>(-received));
  check_readable();
  at_end_ = true;
  return 0;
}

// -- writing -------------------------------------------------------------------------------------

void stream_core::write(std::string_view bytes) {
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
  owner_->report(
      {"rill: a stream that is closing or lost is being written to; what is written is "
       "dropped (await drain() to learn of it)",
       loss_, nullptr});
}

void stream_core::write_end() {
  if (end_wanted_ || is_closing()) return;
  end_wanted_ = true;
  if (!sending_) queue();
}

void stream_core::close() noexcept {
  if (closing_ || !is_open()) return;
  closing_ = true;
  if (buffered() == 0) {
    shut();
  } else if (!sending_) {
    queue();
  }
}

void stream_core::abort() noexcept {
  if (!is_open()) return;
  closing_ = true;
  dropped_ = dropped_ || buffered() != 0;
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
  if (sending_) return;
  if (answered_) {
    answered_ = false;
    if (!take_sent()) return;
  }
  while (is_open() && load_outgoing()) {
    io_op::kind = io_kind::send;
    io_op::handle = socket_.native();
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
    lose(io_op::result == io_closed ? EBADF : static_cast<int>(-io_op::result));
    return false;
  }
  sent_ += static_cast<std::size_t>(io_op::result);
  if (sent_ == outgoing_.size()) {
    sent_ = 0;
    outgoing_.clear();
    if (outgoing_.capacity() > kept_capacity) std::vector<char>().swap(outgoing_);
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
      socket_.shutdown(shutdown_side::write);
    } catch (const std::system_error& error) {
      lose(error.code().value());
      return;
    }
  }
  if (closing_) shut();
}

void stream_core::settle() noexcept {
  const std::size_t left = buffered();
  if (paused_ && left <= limits_.low) {
    paused_ = false;
    resumed_.tell();
  }
  if (left == 0) flushed_.tell();
}

void stream_core::lose(int code) noexcept {
  if (!is_open()) return;
  loss_ = make_loss(code);
  dropped_ = true;
  shut();
}

void stream_core::shut() noexcept {
  // The half that reads, if it waits, is answered by the reactor; the others here.
  const state_ref<stream_core> keep(this);
  socket_.close();
  if (loop_resident::is_linked()) loop_resident::unlink();
  paused_ = false;
  std::vector<char>().swap(pending_);
  resumed_.tell();
  flushed_.tell();
  closed_.tell();
  if (const std::shared_ptr<connection_listener> listener = std::move(listener_)) {
    listener->connection_closed(*this);
  }
}

void stream_core::on_loop_close() noexcept { abort(); }

// -- the connection ------------------------------------------------------------------------------

socket& stream_core::underlying_socket() {
  if (!is_open()) throw_usage("rill: the socket of this stream is closed");
  return socket_;
}

socket_address stream_core::peer_address() noexcept {
  if (!peer_ && is_open()) {
    try {
      peer_ = socket_.peer_address();
    } catch (const std::system_error&) {
      return {};  // it has gone already
    }
  }
  return peer_.value_or(socket_address());
}

socket_address stream_core::local_address() noexcept {
  if (!local_ && is_open()) {
    try {
      local_ = socket_.local_address();
    } catch (const std::system_error&) {
      return {};
    }
  }
  return local_.value_or(socket_address());
}

}  // namespace rill::detail
