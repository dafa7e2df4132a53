// SPDX-License-Identifier: BSL-1.0
#include "rill/testing/idle_reactor.hpp"

#include <system_error>

#include "testing/idle_waker.hpp"

namespace rill::testing {

namespace {

constexpr int unsupported = static_cast<int>(std::errc::operation_not_supported);

}  // namespace

idle_reactor::idle_reactor() : waker_(idle_waker::make()) {}
idle_reactor::~idle_reactor() = default;

bool idle_reactor::supports(reactor_feature /*feature*/) const noexcept { return false; }

bool idle_reactor::start(io_op& op) noexcept {
  op.result = -unsupported;
  return true;
}

io_cancel idle_reactor::cancel(io_op& /*op*/) noexcept { return io_cancel::withdrawn; }

void idle_reactor::forget(native_handle /*handle*/) noexcept {}

int idle_reactor::add_watch(io_watch& /*watch*/) noexcept { return unsupported; }

void idle_reactor::remove_watch(io_watch& /*watch*/) noexcept {}

void idle_reactor::wait(std::int64_t timeout_ns) noexcept { waker_->wait(timeout_ns); }

void idle_reactor::wake() noexcept { waker_->wake(); }

}  // namespace rill::testing
