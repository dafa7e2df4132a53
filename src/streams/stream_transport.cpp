// SPDX-License-Identifier: BSL-1.0
#include "streams/stream_transport.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"

namespace rill::detail {

namespace {

// The memory for reads begins small, as most connections wait most of the time, and follows what
// comes.
constexpr std::size_t least_room = 4 * 1024;
constexpr std::size_t most_room = 256 * 1024;
constexpr std::size_t step = 8;
constexpr unsigned small_reads_to_shrink = 16;
// Reads before others have their turn.
constexpr int most_per_turn = 4;

}  // namespace

stream_transport::stream_transport(state_ref<stream_core> core,
                                   std::shared_ptr<stream_protocol> protocol, transport_use use)
    : turn_taker(scheduler::require_current()),
      core_(std::move(core)),
      made_(future_access::make<void>(owner())),
      local_(core_->local_address()),
      peer_(core_->peer_address()),
      use_(use) {
  if (!protocol) throw_usage("rill: the factory of a connection has made no protocol");
  protocol_ = protocol;
  stream_transport::set_protocol(std::move(protocol));
}

void stream_transport::start(std::shared_ptr<connection_listener> after,
                             std::shared_ptr<void> attached) {
  after_ = std::move(after);
  attached_ = std::move(attached);
  core_->set_listener(shared_from_this());
  queue();
}

void stream_transport::take_turn() noexcept {
  const bool was_lost = lost_;
  if (!made_told_) {
    made_told_ = true;
    const std::shared_ptr<stream_protocol> called = protocol_;
    fail(call_protocol(owner(), "connection_made",
                       [&] { called->connection_made(shared_from_this()); }));
    made_.set_result();
    queue();  // reading begins behind the awaiter of the connection
    return;
  }
  // Always in a turn of its own: who awaits what another call has set goes on before.
  if (was_lost) {
    if (!lost_told_) tell_lost();
    // Until then the reactor may write to memory of the protocol.
    if (!reading_.pending) reading_for_.reset();
    return;
  }
  if (resume_due_) go_on_writing();
  read();
}

/// Does nothing for null.
void stream_transport::fail(std::exception_ptr error) noexcept {
  if (!error) return;
  if (!failure_ && !lost_) failure_ = std::move(error);
  core_->abort();
}

void stream_transport::lose_turn() noexcept {
  protocol_.reset();
  if (!reading_.pending) reading_for_.reset();
}

void check_fits(const stream_protocol* candidate, bool reads) {
  const bool receives = dynamic_cast<const protocol*>(candidate) != nullptr ||
                        dynamic_cast<const buffered_protocol*>(candidate) != nullptr;
  if (candidate == nullptr || (reads && !receives)) {
    throw_invalid_argument(
        "rill: the protocol of a stream is derived from protocol or buffered_protocol");
  }
}

void stream_transport::set_protocol(std::shared_ptr<base_protocol> replacement) {
  auto fitting = std::dynamic_pointer_cast<stream_protocol>(std::move(replacement));
  check_fits(fitting.get(), reads());
  auto* const plain = dynamic_cast<protocol*>(fitting.get());
  auto* const buffered = dynamic_cast<buffered_protocol*>(fitting.get());
  if (!protocol_) return;  // lost
  protocol_ = std::move(fitting);
  plain_ = plain;
  buffered_ = buffered;
}

// -- reading -------------------------------------------------------------------------------------

bool stream_transport::can_read() const noexcept {
  return !paused_ && !at_end_ && !reading_.pending && !is_closing() && use_ != transport_use::write;
}

void stream_transport::read() noexcept {
  for (int count = 0; count < most_per_turn; ++count) {
    if (!can_read()) return;
    if (!reading_.answered && (!aim() || !begin(reading_, core_->io()))) return;
    reading_.answered = false;
    deliver(reading_.result);
  }
  if (can_read()) queue();
}

/// False if the protocol has no memory to read into.
bool stream_transport::aim() noexcept {
  const stream_wiring& wiring = core_->wiring();
  reading_.handle = wiring.handle;
  if (!reads()) {
    reading_.kind = io_kind::wait_readable;
    return true;
  }
  std::span<char> room;
  reading_for_ = protocol_;
  if (buffered_ != nullptr) {
    room = memory_of_protocol();
    if (room.empty()) return false;
  } else {
    if (room_size_ == 0) {
      room_.reset(new (std::nothrow) char[least_room]);
      if (!room_) {
        fail(std::make_exception_ptr(std::bad_alloc()));
        return false;
      }
      room_size_ = least_room;
    }
    room = {room_.get(), room_size_};
  }
  reading_.kind = wiring.read_kind;
  reading_.flags = io_read_ahead;  // nobody else reads from it
  reading_.data = room.data();
  reading_.size = room.size();
  return true;
}

/// Empty if it has failed.
std::span<char> stream_transport::memory_of_protocol() noexcept {
  std::span<char> room;
  const std::shared_ptr<stream_protocol> called = protocol_;
  buffered_protocol& asked = *buffered_;
  fail(call_protocol(owner(), "get_buffer", [&] {
    room = asked.get_buffer(0);
    if (room.empty()) throw_usage("rill: get_buffer() has returned empty memory");
  }));
  return is_closing() ? std::span<char>() : room;
}

void stream_transport::grow_or_shrink(std::size_t received) noexcept {
  const bool full = received == room_size_;
  const bool small = received <= room_size_ / step;
  small_reads_ = small ? small_reads_ + 1 : 0;
  std::size_t wanted = room_size_;
  if (full) wanted = std::min(most_room, room_size_ * step);
  if (small_reads_ == small_reads_to_shrink) wanted = std::max(least_room, room_size_ / step);
  if (wanted == room_size_) return;
  small_reads_ = 0;
  room_.reset();
  room_size_ = 0;
  if (wanted == least_room) return;  // made when it is needed
  room_.reset(new (std::nothrow) char[wanted]);
  if (room_) room_size_ = wanted;
}

void stream_transport::deliver(std::int64_t received) noexcept {
  const std::shared_ptr<stream_protocol> read_for = std::move(reading_for_);
  if (is_closing() || received == io_closed || received == io_cancelled) return;
  if (!reads()) {
    note_reader_gone();
    return;
  }
  if (received == 0) {
    take_end();
    return;
  }
  if (received < 0) {
    try {
      core_->note_received(received);
    } catch (...) {
      // The core is closed now, and has told.
    }
    return;
  }
  const auto count = static_cast<std::size_t>(received);
  const bool was_buffered = static_cast<char*>(reading_.data) != room_.get();
  if (was_buffered && read_for == protocol_) {
    buffered_protocol& told = *buffered_;
    fail(call_protocol(owner(), "buffer_updated", [&] { told.buffer_updated(count); }));
    return;
  }
  hand_over({static_cast<const char*>(reading_.data), count});
  if (!was_buffered) grow_or_shrink(count);
}

/// Bytes that are in memory of the transport, or of an earlier protocol.
void stream_transport::hand_over(std::string_view bytes) noexcept {
  while (!bytes.empty() && !is_closing()) {
    const std::shared_ptr<stream_protocol> called = protocol_;
    if (plain_ != nullptr) {
      protocol& told = *plain_;
      const std::string_view all = std::exchange(bytes, {});
      fail(call_protocol(owner(), "data_received", [&] { told.data_received(all); }));
      continue;
    }
    buffered_protocol& told = *buffered_;
    const std::span<char> room = memory_of_protocol();
    const std::size_t count = std::min(room.size(), bytes.size());
    if (count == 0) return;
    std::memcpy(room.data(), bytes.data(), count);
    bytes.remove_prefix(count);
    fail(call_protocol(owner(), "buffer_updated", [&] { told.buffer_updated(count); }));
  }
}

void stream_transport::take_end() noexcept {
  at_end_ = true;
  bool keep = false;
  const std::shared_ptr<stream_protocol> called = protocol_;
  fail(call_protocol(owner(), "eof_received", [&] { keep = called->eof_received(); }));
  if (!keep) close();
}

void stream_transport::note_reader_gone() noexcept {
  if (core_->buffered() != 0) {
    core_->note_send_failure(-EPIPE);
  } else {
    core_->close();
  }
}

void stream_transport::pause_reading() {
  if (!reads()) throw_usage("rill: this transport only sends");
  if (paused_ || is_closing()) return;
  paused_ = true;
  if (reading_.pending) withdraw(reading_, core_->io());
}

void stream_transport::resume_reading() {
  if (!reads()) throw_usage("rill: this transport only sends");
  if (!paused_ || is_closing()) return;
  paused_ = false;
  queue();
}

// -- writing -------------------------------------------------------------------------------------

void stream_transport::write(std::string_view data) {
  if (!writes()) throw_usage("rill: this transport only receives");
  core_->write(data);
  if (!core_->is_paused() || is_closing()) return;
  // What the system takes at once is no reason to pause.
  core_->send_now();
  note_written();
}

state_ref<stream_core> stream_transport::sending_core() const {
  if (!writes()) throw_usage("rill: this transport only receives");
  if (is_closing()) throw_usage("rill: this transport is closing");
  return core_;
}

void stream_transport::write_eof() {
  if (!can_write_eof()) throw_usage("rill: this transport cannot end its sending half");
  core_->write_end();
}

void stream_transport::note_written() noexcept {
  if (lost_ || flow_.is_paused()) return;
  flow_.note_more(core_->buffered(), owner(), protocol_);
  if (lost_ || !flow_.is_paused()) return;  // pause_writing() may have aborted
  try {
    const future<> resumed = core_->resumed();
    resumed.add_done_callback([self = shared_from_this()] {
      self->resume_due_ = true;
      self->queue();
    });
  } catch (...) {
    fail(std::current_exception());  // nobody would tell the protocol to go on
  }
}

void stream_transport::go_on_writing() noexcept {
  resume_due_ = false;
  if (lost_) return;
  // It was down to the low mark; more may have been written since.
  flow_.note_less(0, owner(), protocol_);
  note_written();
}

void stream_transport::set_write_buffer_limits(std::optional<std::size_t> high,
                                               std::optional<std::size_t> low) {
  const write_limits limits = write_limits::of(high, low);
  flow_.set_limits(limits);
  if (lost_) return;
  core_->set_limits(limits);
  note_written();
}

// -- the end -------------------------------------------------------------------------------------

void stream_transport::close() noexcept {
  if (is_closing()) return;
  if (reading_.pending) withdraw(reading_, core_->io());
  core_->close();
}

void stream_transport::connection_closed(stream_core& connection) noexcept {
  lost_ = true;
  queue();
  if (const std::shared_ptr<connection_listener> after = std::move(after_)) {
    after->connection_closed(connection);
  }
}

void stream_transport::tell_lost() noexcept {
  lost_told_ = true;
  std::exception_ptr error = std::move(failure_);
  if (!error) {
    try {
      core_->check_readable();
    } catch (...) {
      error = std::current_exception();
    }
  }
  const std::shared_ptr<stream_protocol> called = std::move(protocol_);
  call_protocol(owner(), "connection_lost", [&] { called->connection_lost(error); });
  const std::shared_ptr<void> attached = std::move(attached_);
}

// -- the connection ------------------------------------------------------------------------------

socket* stream_transport::underlying_socket() const noexcept {
  return core_->is_open() && core_->is_socket() ? &core_->underlying_socket() : nullptr;
}

std::string stream_transport::get_extra_info(std::string_view name) const {
  std::string known = base_transport::get_extra_info(name);
  if (!known.empty()) return known;
  return core_->extra_info(name);
}

std::shared_ptr<stream_transport> begin_transport(state_ref<stream_core> core,
                                                  std::shared_ptr<stream_protocol> protocol,
                                                  transport_use use,
                                                  std::shared_ptr<connection_listener> after,
                                                  std::shared_ptr<void> attached) {
  auto made = std::make_shared<stream_transport>(std::move(core), std::move(protocol), use);
  made->start(std::move(after), std::move(attached));
  return made;
}

}  // namespace rill::detail
