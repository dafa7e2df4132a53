// SPDX-License-Identifier: BSL-1.0
#include "streams/stream_core.hpp"

#include <string>
#include <system_error>
#include <utility>

#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "rill/streams/detail/fill_awaiter.hpp"

namespace rill::detail {

namespace {

std::exception_ptr make_loss(int code) noexcept {
  try {
    throw_system_error(code, "rill: the stream was lost");
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace

void check_limit(std::size_t limit) {
  if (limit == 0) throw_invalid_argument("rill: the limit of a stream must be above zero");
}

stream_core::stream_core(scheduler& owner, std::size_t limit)
    : ready_node(&flush_ops), owner_(&owner), limit_(limit) {
  check_limit(limit);
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
  stream_wiring wiring;
  wiring.handle = connected.native();
  core->socket_ = std::move(connected);
  core->attach(wiring);
  return core;
}

state_ref<stream_core> stream_core::create(std::unique_ptr<stream_device> device,
                                           std::size_t limit) {
  state_ref<stream_core> core(new stream_core(scheduler::require_current(), limit));
  core->device_ = std::move(device);
  core->attach(core->device_->wiring());
  return core;
}

void stream_core::attach(const stream_wiring& wiring) noexcept {
  wiring_ = wiring;
  connected_ = true;
  open_ = true;
  loop_services::of(*owner_).add_resident(*this);
}

// -- reading -------------------------------------------------------------------------------------

void stream_core::check_unread() const {
  if (reading_) {
    throw_usage(
        "rill: another task reads from this stream already; one at a time, or each its own stream");
  }
}

void stream_core::begin_read() {
  check_unread();
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

// -- ends ----------------------------------------------------------------------------------------

void stream_core::lose(int code) noexcept {
  if (!is_open()) return;
  loss_ = make_loss(code);
  dropped_ = true;
  shut();
}

void stream_core::shut() noexcept {
  // The half that reads, if it waits, is answered by the reactor; the others here.
  const state_ref<stream_core> keep(this);
  open_ = false;
  if (device_ == nullptr) {
    socket_.close();
  } else {
    device_->close();
  }
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

void stream_core::on_loop_close() noexcept {
  const state_ref<stream_core> keep(this);  // what was under way may have held the last reference
  const native_handle last = device_ != nullptr ? device_->final_handle() : invalid_handle;
  if (last != invalid_handle && !direct_) write_rest(last);
  abort();
}

// -- the connection ------------------------------------------------------------------------------

socket& stream_core::underlying_socket() {
  if (device_ != nullptr) throw_usage("rill: this stream does not stand on a socket");
  if (!is_open()) throw_usage("rill: the socket of this stream is closed");
  return socket_;
}

socket_address stream_core::address_of(std::optional<socket_address> known_addresses::* which,
                                       socket_address (socket::*ask)() const,
                                       socket_address (stream_device::*look)() noexcept) {
  if (!addresses_) addresses_ = std::make_unique<known_addresses>();
  std::optional<socket_address>& known = (*addresses_).*which;
  if (!known && is_open()) {
    try {
      known = device_ == nullptr ? (socket_.*ask)() : (*device_.*look)();
    } catch (const std::system_error&) {
      return {};  // it has gone already
    }
  }
  return known.value_or(socket_address());
}

socket_address stream_core::peer_address() {
  return address_of(&known_addresses::peer, &socket::peer_address, &stream_device::peer_address);
}

socket_address stream_core::local_address() {
  return address_of(&known_addresses::local, &socket::local_address, &stream_device::local_address);
}

std::string stream_core::extra_info(std::string_view name) {
  if (name == "peername") return peer_address().to_string();
  if (name == "sockname") return local_address().to_string();
  if (!is_open()) return {};
  if (device_ != nullptr) return device_->extra_info(name);
  return name == "socket" ? std::to_string(socket_.native()) : std::string();
}

}  // namespace rill::detail
