// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/stream_writer.hpp"

#include <cerrno>
#include <utility>

#include "rill/base/error.hpp"
#include "rill/core/detail/ended_awaiter.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "streams/stream_core.hpp"

namespace rill {

namespace detail {

namespace {

using core_ref = state_ref<stream_core>;

std::string_view as_text(std::span<const std::byte> data) noexcept {
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

coro<> flush_stream(core_ref core) {
  if (!core->is_flushed()) {
    const future<> flushed = core->flushed();
    co_await ended(flushed);
  }
  core->check_writable();
}

coro<> wait_until_closed(core_ref core) {
  if (core->is_open()) {
    const future<> closed = core->closed();
    co_await ended(closed);
  }
  core->check_readable();
}

}  // namespace

coro<> drain_stream(core_ref core) {
  core->check_writable();
  if (core->is_closing() || (!core->is_paused() && core->spend_budget())) {
    // A turn, in which a loss is noticed, and in which others may run.
    co_await yield();
    core->check_writable();
    if (!core->is_open()) throw_system_error(ECONNRESET, "rill: the connection is closed");
  }
  if (core->is_paused()) {
    const future<> resumed = core->resumed();
    co_await ended(resumed);
    core->check_writable();
  }
}

stream_writer stream_access::writer(state_ref<stream_core> core) noexcept {
  return stream_writer(std::move(core));
}

}  // namespace detail

stream_writer::stream_writer(detail::state_ref<detail::stream_core> core) noexcept
    : core_(std::move(core)) {}
stream_writer::stream_writer(stream_writer&& other) noexcept = default;
stream_writer& stream_writer::operator=(stream_writer&& other) noexcept {
  if (this != &other) {
    close();
    core_ = std::move(other.core_);
  }
  return *this;
}
stream_writer::~stream_writer() { close(); }

detail::stream_core& stream_writer::core() const {
  if (!core_) detail::throw_usage("rill: this stream_writer was moved from");
  return *core_;
}

void stream_writer::write(std::string_view data) { core().write(data); }
void stream_writer::write(std::span<const std::byte> data) { core().write(detail::as_text(data)); }

coro<> stream_writer::drain() {
  core();
  return detail::drain_stream(core_);
}

coro<> stream_writer::flush() {
  core();
  return detail::flush_stream(core_);
}

coro<> stream_writer::write_all(std::string_view data) {
  core().write(data);
  return detail::drain_stream(core_);
}
coro<> stream_writer::write_all(std::span<const std::byte> data) {
  return write_all(detail::as_text(data));
}

bool stream_writer::can_write_eof() const noexcept { return core_ && core_->can_write_end(); }
void stream_writer::write_eof() { core().write_end(); }

void stream_writer::close() noexcept {
  if (core_) core_->close();
}
void stream_writer::abort() noexcept {
  if (core_) core_->abort();
}
bool stream_writer::is_closing() const noexcept { return !core_ || core_->is_closing(); }

coro<> stream_writer::wait_closed() {
  core();
  return detail::wait_until_closed(core_);
}

std::string stream_writer::get_extra_info(std::string_view name) const {
  return core().extra_info(name);
}

socket_address stream_writer::peer_address() const { return core().peer_address(); }
socket_address stream_writer::local_address() const { return core().local_address(); }
socket& stream_writer::underlying_socket() const { return core().underlying_socket(); }

std::size_t stream_writer::write_buffer_size() const noexcept {
  return core_ ? core_->buffered() : 0;
}
write_limits stream_writer::write_buffer_limits() const noexcept {
  return core_ ? core_->limits() : write_limits();
}
void stream_writer::set_write_buffer_limits(std::optional<std::size_t> high,
                                            std::optional<std::size_t> low) {
  core().set_limits(write_limits::of(high, low));
}

}  // namespace rill
