// SPDX-License-Identifier: BSL-1.0
#include "net/datagram_core.hpp"

#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

#include "base/system_errors.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "rill/net/create_datagram_endpoint.hpp"

namespace rill::detail {

namespace {

constexpr std::size_t room_size = 256 * 1024;
constexpr std::size_t header_size = 8;  // of a datagram in the queue, as asyncio counts it
// Datagrams that are delivered before others have their turn.
constexpr int most_per_turn = 16;
// A buffer that a long datagram has made larger than this is given back when it has been sent.
constexpr std::size_t kept_capacity = 4 * 1024;

// The socket is no good any more, where other errors concern a datagram.
bool is_fatal(int code) noexcept { return code == EBADF || code == ENOTSOCK; }

}  // namespace

datagram_core::datagram_core(datagram_socket opened, std::shared_ptr<datagram_protocol> protocol)
    : turn_taker(scheduler::require_current()),
      opened_(std::move(opened)),
      protocol_(std::move(protocol)),
      made_(future_access::make<void>(owner())),
      local_(opened_.handle.local_address()),
      peer_(opened_.remote),
      room_(new char[room_size]) {
  if (!protocol_) throw_usage("rill: the factory of a datagram endpoint has made no protocol");
}

void datagram_core::start() {
  loop_services::of(owner()).add_resident(*this);
  pin();  // for being open
  queue();
}

/// True if it has ended at once.
bool datagram_core::begin_message(operation& op, io_kind kind) noexcept {
  op.kind = kind;
  op.handle = opened_.handle.native();
  op.data = &op.message;
  op.message.buffers = &op.buffer;
  op.message.buffer_count = 1;
  op.message.truncated = false;
  return begin(op, io());
}

void datagram_core::take_turn() noexcept {
  if (!made_told_) {
    made_told_ = true;
    const std::shared_ptr<datagram_protocol> called = protocol_;
    call_protocol(owner(), "connection_made", [&] { called->connection_made(shared_from_this()); });
    made_.set_result();
    queue();  // receiving begins behind the awaiter of the endpoint
    return;
  }
  send_queued();
  tell_errors();
  receive();
  if (closing_ && !lost_ && !has_current_) lose(nullptr);
  if (lost_ && !lost_told_) tell_lost();
}

// -- receiving -----------------------------------------------------------------------------------

void datagram_core::receive() noexcept {
  for (int count = 0; count < most_per_turn; ++count) {
    if (closing_ || receiving_.pending) return;
    if (!receiving_.answered) {
      receiving_.buffer = {room_.get(), room_size};
      receiving_.message.address = receiving_.address.data();
      receiving_.message.address_size = native_address::capacity;
      if (!begin_message(receiving_, io_kind::receive_message)) return;
    }
    receiving_.answered = false;
    deliver(receiving_.result);
  }
  if (!closing_) queue();
}

void datagram_core::deliver(std::int64_t received) noexcept {
  if (received == io_cancelled || received == io_closed) return;
  if (received < 0) {
    tell_error(static_cast<int>(-received));
    return;
  }
  const std::string_view data(room_.get(), static_cast<std::size_t>(received));
  const socket_address sender =
      from_native(receiving_.address.data(), receiving_.message.address_size);
  const std::shared_ptr<datagram_protocol> called = protocol_;  // it may replace itself
  call_protocol(owner(), "datagram_received", [&] { called->datagram_received(data, sender); });
}

// -- sending -------------------------------------------------------------------------------------

void datagram_core::sendto(std::string_view data, const socket_address& target) {
  if (closing_) return;
  const socket_address& to = opened_.checked_target(target);
  if (!has_current_) {
    current_.data.assign(data);
    current_.target = to;
    has_current_ = true;
    queued_bytes_ += data.size() + header_size;
    send_queued();
  } else {
    waiting_.reserve_one();
    waiting_.push_back(item{std::string(data), to});
    queued_bytes_ += data.size() + header_size;
  }
  if (!lost_) flow_.note_more(queued_bytes_, owner(), protocol_);
}

/// Sends until the system takes no more.
void datagram_core::send_queued() noexcept {
  if (sending_.answered) take_sent();
  while (has_current_ && !sending_.pending && !lost_) {
    sending_.buffer = {current_.data.data(), current_.data.size()};
    sending_.address = to_native(current_.target);
    sending_.message.address = sending_.address.size == 0 ? nullptr : sending_.address.data();
    sending_.message.address_size = sending_.address.size;
    if (!begin_message(sending_, io_kind::send_message)) break;
    take_sent();
  }
  if (!lost_) flow_.note_less(queued_bytes_, owner(), protocol_);
}

void datagram_core::take_sent() noexcept {
  sending_.answered = false;
  if (!has_current_) return;  // dropped meanwhile
  const std::int64_t result = sending_.result;
  if (result == io_cancelled || result == io_closed) return;
  const int code = result < 0 ? static_cast<int>(-result) : 0;
  if (code != 0 && earlier_ == 0 && opened_.connected && tells_of_earlier_datagram(code)) {
    earlier_ = code;
    return;  // the same once more
  }
  const int told = earlier_ != 0 ? std::exchange(earlier_, 0) : code;
  if (told != 0) note_error(told);
  queued_bytes_ -= current_.data.size() + header_size;
  has_current_ = !waiting_.empty();
  if (has_current_) {
    current_ = waiting_.pop_front();
  } else if (current_.data.capacity() > kept_capacity) {
    current_.data = std::string();
  }
}

void datagram_core::note_error(int code) noexcept {
  queue();
  try {
    errors_.push_back(code);
  } catch (const std::bad_alloc&) {
    // Datagrams are lost without a word anyhow.
  }
}

void datagram_core::tell_errors() noexcept {
  const std::vector<int> codes = std::exchange(errors_, {});
  for (const int code : codes) tell_error(code);
}

void datagram_core::tell_error(int code) noexcept {
  if (lost_) return;
  const std::shared_ptr<datagram_protocol> called = protocol_;
  std::exception_ptr fatal;
  call_protocol(owner(), "error_received", [&] {
    const std::error_code named(code, system_errors());
    const std::system_error error(named, "rill: datagram");
    if (is_fatal(code)) {
      fatal = std::make_exception_ptr(error);
    } else {
      called->error_received(error);
    }
  });
  if (fatal) lose(std::move(fatal));
}

void datagram_core::set_write_buffer_limits(std::optional<std::size_t> high,
                                            std::optional<std::size_t> low) {
  flow_.set_limits(write_limits::of(high, low));
  if (lost_) return;
  flow_.note_more(queued_bytes_, owner(), protocol_);
  queue();  // it may be time to resume
}

// -- the end -------------------------------------------------------------------------------------

void datagram_core::close() noexcept {
  if (closing_) return;
  closing_ = true;
  withdraw(receiving_, io());
  queue();
}

void datagram_core::abort() noexcept {
  if (lost_) return;
  lose(nullptr);
}

void datagram_core::lose(std::exception_ptr error) noexcept {
  if (lost_) return;
  loss_ = std::move(error);
  queue();
  shut();
}

void datagram_core::shut() noexcept {
  closing_ = true;
  lost_ = true;
  loop_resident::unlink();
  // The bytes of a send that is pending stay.
  waiting_.clear();
  has_current_ = false;
  queued_bytes_ = 0;
  opened_.close();
  unpin();
}

void datagram_core::tell_lost() noexcept {
  lost_told_ = true;
  const std::shared_ptr<datagram_protocol> called = std::move(protocol_);
  call_protocol(owner(), "connection_lost", [&] { called->connection_lost(loss_); });
  loss_ = nullptr;
}

void datagram_core::on_loop_close() noexcept {
  const std::shared_ptr<datagram_core> kept = shared_from_this();
  closing_ = true;
  lost_ = true;
  lost_told_ = true;
  has_current_ = false;
  waiting_.clear();
  opened_.close();
  protocol_.reset();
  unpin();
}

void datagram_core::set_protocol(std::shared_ptr<base_protocol> replacement) {
  auto fitting = std::dynamic_pointer_cast<datagram_protocol>(std::move(replacement));
  if (!fitting) {
    throw_invalid_argument("rill: the protocol of a datagram endpoint is a datagram_protocol");
  }
  if (protocol_) protocol_ = std::move(fitting);
}

socket* datagram_core::underlying_socket() const noexcept {
  // Options are set through it, which does not change what the transport is.
  return opened_.handle ? const_cast<socket*>(&opened_.handle) : nullptr;
}

// -- making --------------------------------------------------------------------------------------

opened_datagrams::opened_datagrams(std::unique_ptr<datagram_socket> made) noexcept
    : socket(std::move(made)) {}
opened_datagrams::opened_datagrams(opened_datagrams&&) noexcept = default;
opened_datagrams::~opened_datagrams() = default;

coro<opened_datagrams> open_datagrams(datagram_options options) {
  datagram_socket made = co_await open_datagram_socket(options);
  co_return opened_datagrams(std::make_unique<datagram_socket>(std::move(made)));
}

opened_datagrams adopt_datagrams(socket datagrams) {
  return opened_datagrams(std::make_unique<datagram_socket>(std::move(datagrams)));
}

coro<std::shared_ptr<datagram_transport>> start_datagrams(
    opened_datagrams opened, std::shared_ptr<datagram_protocol> protocol) {
  auto core = std::make_shared<datagram_core>(std::move(*opened.socket), std::move(protocol));
  core->start();
  co_await wait_made(core);
  std::shared_ptr<datagram_transport> started = std::move(core);
  co_return std::move(started);
}

}  // namespace rill::detail
