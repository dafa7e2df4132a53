// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/server.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "rill/core/cancel_scope.hpp"
#include "rill/core/detail/ended_awaiter.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/event_loop.hpp"
#include "streams/server_state.hpp"

namespace rill {

namespace detail {

namespace {

using state_pointer = std::shared_ptr<server_state>;

/// Cancels a timer at the end of a scope.
class timer_guard {
 public:
  explicit timer_guard(timer_handle timer) noexcept : timer_(std::move(timer)) {}
  timer_guard(const timer_guard&) = delete;
  timer_guard& operator=(const timer_guard&) = delete;
  ~timer_guard() { timer_.cancel(); }

 private:
  timer_handle timer_;
};

coro<> wait_idle(state_pointer state) {
  if (state->is_idle()) co_return;
  const future<> idle = state->idle();
  co_await ended(idle);
}

coro<bool> wait_idle_for(state_pointer state, std::chrono::nanoseconds limit) {
  cancel_scope scope;
  const timer_guard timer(
      event_loop::running().call_later(limit, [&scope] { scope.cancel("the time is over"); }));
  bool in_time = true;
  try {
    co_await wait_idle(state);
  } catch (const cancelled_error&) {
    if (!scope.absorb()) scope.pass_on();
    in_time = false;
  }
  co_return in_time;
}

coro<> shut_down(state_pointer state, std::chrono::nanoseconds grace) {
  state->close();
  state->close_clients();
  bool in_time = false;
  std::exception_ptr cut_short;
  try {
    in_time = co_await wait_idle_for(state, grace);
  } catch (const cancelled_error&) {
    cut_short = std::current_exception();
  }
  if (!in_time) {
    state->abort_clients();
    state->cancel_handlers();
    co_await wait_idle(state);
  }
  if (cut_short) std::rethrow_exception(cut_short);
}

/// The one wait of serve_forever() that may be under way.
class forever_mark {
 public:
  explicit forever_mark(server_state& state) : state_(state) {
    if (state.has_forever_waiter) throw_usage("rill: another task is in serve_forever() already");
    if (!state.is_open()) throw_usage("rill: serve_forever() of a server that is closed");
    state.start_serving();
    state.has_forever_waiter = true;
  }
  forever_mark(const forever_mark&) = delete;
  forever_mark& operator=(const forever_mark&) = delete;
  ~forever_mark() { state_.has_forever_waiter = false; }

 private:
  server_state& state_;
};

coro<> serve_until_cancelled(state_pointer state, std::chrono::nanoseconds grace) {
  const forever_mark mark(*state);
  const future<> closed = state->closed();
  std::exception_ptr cancelled;
  try {
    co_await ended(closed);
  } catch (const cancelled_error&) {
    cancelled = std::current_exception();
  }
  if (!cancelled) throw cancelled_error("the server was closed");
  co_await shut_down(state, grace);
  std::rethrow_exception(cancelled);
}

}  // namespace

server server_access::wrap(state_pointer state) noexcept { return server(std::move(state)); }

}  // namespace detail

server::server(std::shared_ptr<detail::server_state> state) noexcept : state_(std::move(state)) {}
server::server(server&& other) noexcept = default;
server& server::operator=(server&& other) noexcept {
  if (this != &other) {
    close();
    state_ = std::move(other.state_);
  }
  return *this;
}
server::~server() { close(); }

detail::server_state& server::state() const {
  if (!state_) detail::throw_usage("rill: this server was moved from");
  return *state_;
}

std::vector<socket_address> server::addresses() const {
  std::vector<socket_address> all;
  for (const socket& listener : state().sockets()) all.push_back(listener.local_address());
  return all;
}

const std::vector<socket>& server::sockets() const { return state().sockets(); }
std::uint16_t server::port() const { return state().port(); }
bool server::is_serving() const noexcept { return state_ && state_->is_serving(); }
void server::start_serving() { state().start_serving(); }
std::size_t server::client_count() const noexcept { return state_ ? state_->client_count() : 0; }

coro<> server::serve_forever(std::chrono::nanoseconds grace) {
  state();
  return detail::serve_until_cancelled(state_, grace);
}

void server::close() noexcept {
  if (state_) state_->close();
}
void server::close_clients() noexcept {
  if (state_) state_->close_clients();
}
void server::abort_clients() noexcept {
  if (state_) state_->abort_clients();
}

coro<> server::wait_closed() {
  state();
  return detail::wait_idle(state_);
}
coro<bool> server::wait_closed(std::chrono::nanoseconds limit) {
  state();
  return detail::wait_idle_for(state_, limit);
}
coro<> server::shutdown(std::chrono::nanoseconds grace) {
  state();
  return detail::shut_down(state_, grace);
}

}  // namespace rill
