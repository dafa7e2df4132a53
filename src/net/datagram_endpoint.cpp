// SPDX-License-Identifier: BSL-1.0
#include "rill/net/datagram_endpoint.hpp"

#include <cerrno>
#include <cstddef>
#include <memory>
#include <span>
#include <system_error>
#include <utility>

#include "net/datagram_socket.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"

namespace rill {

namespace detail {

/// Shared by an endpoint and what waits on it.
class datagram_state {
 public:
  explicit datagram_state(datagram_socket made) : opened(std::move(made)) {}

  datagram_socket opened;
  std::error_code earlier;        // of a datagram sent before; for the next who receives
  std::unique_ptr<char[]> spare;  // memory that nobody receives into just now
  std::size_t spare_size = 0;
};

namespace {

using state_pointer = std::shared_ptr<datagram_state>;

/// Memory to receive into, used again by the next receive.
class receive_room {
 public:
  receive_room(state_pointer state, std::size_t size) : state_(std::move(state)), size_(size) {
    if (state_->spare_size >= size) {
      size_ = std::exchange(state_->spare_size, 0);
      memory_ = std::move(state_->spare);
    } else {
      memory_ = std::make_unique_for_overwrite<char[]>(size);
    }
  }
  receive_room(const receive_room&) = delete;
  receive_room& operator=(const receive_room&) = delete;
  ~receive_room() {
    state_->spare = std::move(memory_);
    state_->spare_size = size_;
  }

  char* data() const noexcept { return memory_.get(); }

 private:
  state_pointer state_;
  std::size_t size_;
  std::unique_ptr<char[]> memory_;
};

coro<received_datagram> receive(state_pointer state, std::span<std::byte> room) {
  if (state->earlier) {
    const std::error_code told = std::exchange(state->earlier, {});
    throw_system_error(told.value(), "rill: a datagram sent before was not delivered");
  }
  const received_datagram got = co_await state->opened.handle.recv_from(room);
  co_return got;
}

coro<datagram> receive_whole(state_pointer state, std::size_t most) {
  // A datagram is as large as it is, and seldom as large as it may be.
  const receive_room room(state, most);
  const std::span<char> memory(room.data(), most);
  const received_datagram received =
      co_await receive(std::move(state), std::as_writable_bytes(memory));
  datagram got;
  got.data.assign(room.data(), received.size);
  got.sender = received.sender;
  got.truncated = received.truncated;
  co_return std::move(got);
}

coro<> send_message(state_pointer state, std::span<const std::byte> data, socket_address target) {
  const socket_address to = state->opened.checked_target(target);
  std::error_code failure;
  try {
    co_await state->opened.handle.send_to(data, to);
  } catch (const std::system_error& error) {
    if (!state->opened.connected || !tells_of_earlier_datagram(error.code().value())) throw;
    failure = error.code();
  }
  if (!failure) co_return;
  // An error that is this datagram's own comes again.
  co_await state->opened.handle.send_to(data, to);
  state->earlier = failure;
}

std::span<const std::byte> bytes_of(std::string_view text) noexcept {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace
}  // namespace detail

datagram_endpoint::datagram_endpoint(std::shared_ptr<detail::datagram_state> state) noexcept
    : state_(std::move(state)) {}

datagram_endpoint::datagram_endpoint(socket datagrams)
    : state_(
          std::make_shared<detail::datagram_state>(detail::datagram_socket(std::move(datagrams)))) {
}

datagram_endpoint::datagram_endpoint(datagram_endpoint&& other) noexcept = default;

datagram_endpoint& datagram_endpoint::operator=(datagram_endpoint&& other) noexcept {
  if (this != &other) {
    close();
    state_ = std::move(other.state_);
  }
  return *this;
}

datagram_endpoint::~datagram_endpoint() { close(); }

detail::datagram_state& datagram_endpoint::state() const {
  if (!state_) detail::throw_usage("rill: this datagram endpoint was moved from");
  return *state_;
}

coro<datagram> datagram_endpoint::recv(std::size_t most) {
  static_cast<void>(state());
  return detail::receive_whole(state_, most);
}

coro<received_datagram> datagram_endpoint::recv_into(std::span<std::byte> room) {
  static_cast<void>(state());
  return detail::receive(state_, room);
}

coro<> datagram_endpoint::send(std::span<const std::byte> data) {
  if (!state().opened.connected && state().opened.remote.family() == address_family::none) {
    detail::throw_usage("rill: send() needs an endpoint with a remote address; use send_to()");
  }
  return detail::send_message(state_, data, {});
}
coro<> datagram_endpoint::send(std::string_view data) { return send(detail::bytes_of(data)); }

coro<> datagram_endpoint::send_to(std::span<const std::byte> data, socket_address target) {
  static_cast<void>(state());
  return detail::send_message(state_, data, target);
}
coro<> datagram_endpoint::send_to(std::string_view data, socket_address target) {
  return send_to(detail::bytes_of(data), target);
}

void datagram_endpoint::close() noexcept {
  if (state_) state_->opened.close();
}

bool datagram_endpoint::is_open() const noexcept {
  return state_ && static_cast<bool>(state_->opened.handle);
}

socket_address datagram_endpoint::local_address() const {
  return state().opened.handle.local_address();
}

socket_address datagram_endpoint::remote_address() const { return state().opened.remote; }

socket& datagram_endpoint::underlying_socket() const {
  if (!is_open()) detail::throw_usage("rill: this datagram endpoint is closed");
  return state_->opened.handle;
}

coro<datagram_endpoint> open_datagram_endpoint(datagram_options options) {
  detail::datagram_socket opened = co_await detail::open_datagram_socket(options);
  co_return datagram_endpoint(std::make_shared<detail::datagram_state>(std::move(opened)));
}

coro<datagram_endpoint> open_datagram_endpoint(std::string host, std::uint16_t port,
                                               resolve_options names) {
  const std::vector<socket_address> found = co_await resolve(std::move(host), port, names);
  datagram_options options;
  options.remote = found.front();
  datagram_endpoint made = co_await open_datagram_endpoint(options);
  co_return std::move(made);
}

}  // namespace rill
