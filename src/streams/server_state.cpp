// SPDX-License-Identifier: BSL-1.0
#include "streams/server_state.hpp"

#include <chrono>
#include <new>
#include <system_error>
#include <utility>

#include "rill/core/create_task.hpp"
#include "rill/core/detail/ended_awaiter.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/exception_context.hpp"
#include "rill/loop/sleep.hpp"
#include "streams/stream_transport.hpp"

namespace rill::detail {

namespace {

// How long to wait when descriptors or memory have run out; asyncio's figure.
constexpr std::chrono::seconds accept_retry{1};

}  // namespace

running_handler::running_handler(std::shared_ptr<server_state> server) noexcept
    : owner(std::move(server)) {
  owner->handlers_.push_back(*this);
}

running_handler::~running_handler() {
  unlink();
  owner->note_end();
}

served_protocol::served_protocol(std::shared_ptr<server_state> owner) noexcept
    : owner_(std::move(owner)) {
  ++owner_->protocols_;
}

served_protocol::~served_protocol() {
  --owner_->protocols_;
  owner_->note_end();
}

server_state::server_state(connection_service service, const server_options& options)
    : owner_(&scheduler::require_current()), service_(std::move(service)), options_(options) {
  if (!service_.handler && !service_.maker) {
    throw_usage("rill: a server needs a handler or a factory that is not empty");
  }
  owner_->add_reference();
}

server_state::~server_state() { owner_->release(); }

void server_state::serve(std::vector<socket> bound) {
  sockets_ = std::move(bound);
  port_ = sockets_.front().local_address().port();
  if (options_.cleanup_socket) {
    files_.reserve(sockets_.size());
    for (const socket& listener : sockets_) files_.emplace_back(listener.local_address());
  }
  if (options_.start_serving) begin_to_accept();
}

void server_state::serve(std::unique_ptr<connection_source> source) {
  source_ = std::move(source);
  if (options_.start_serving) begin_to_accept();
}

void server_state::start_serving() {
  if (!open_) throw_usage("rill: this server is closed");
  if (is_serving()) return;
  for (socket& listener : sockets_) listener.listen(options_.backlog);
  begin_to_accept();
}

void server_state::begin_to_accept() {
  const task_options named{"accept"};
  accepting_.reserve(sockets_.size() + 1);
  for (const socket& listener : sockets_) {
    accepting_.push_back(create_task(accept_connections(shared_from_this(), listener), named));
  }
  if (source_) {
    accepting_.push_back(create_task(accept_connections(shared_from_this(), *source_), named));
  }
}

coro<> server_state::wait_for_room(std::shared_ptr<server_state> self) {
  while (self->open_ && self->is_full()) {
    const future<> room = self->room_.next(*self->owner_);
    co_await ended(room);
  }
}

template <class Listener>
coro<> server_state::accept_connections(std::shared_ptr<server_state> self, Listener& listener) {
  bool failing = false;
  while (self->open_) {
    std::exception_ptr problem;
    if (self->is_full()) co_await wait_for_room(self);
    if (!self->open_) break;
    try {
      auto client = co_await listener.accept();
      failing = false;
      // Another listener may have been faster.
      if (self->is_full()) co_await wait_for_room(self);
      if (self->open_) self->begin(std::move(client));
    } catch (const std::system_error&) {
      problem = std::current_exception();
    } catch (const std::bad_alloc&) {
      problem = std::current_exception();
    }
    if (!problem || !self->open_) continue;
    if (!failing) {
      self->report("rill: a server cannot accept connections; it tries again every second",
                   problem);
    }
    failing = true;
    co_await sleep(accept_retry);
  }
}

void server_state::begin(socket client) {
  begin(stream_core::create(std::move(client), options_.limit));
}

void server_state::begin(state_ref<stream_core> core) {
  core->set_listener(shared_from_this());
  clients_.push_back(*core);
  ++client_count_;
  if (service_.maker) {
    begin_protocol(std::move(core));
  } else {
    begin_handler(std::move(core));
  }
}

void server_state::begin_protocol(state_ref<stream_core> core) {
  try {
    auto served = std::make_shared<served_protocol>(shared_from_this());
    auto protocol = service_.maker();
    if (!core->is_open()) return;  // the factory has closed the server's clients
    begin_transport(core, std::move(protocol), transport_use::both, shared_from_this(),
                    std::move(served));
  } catch (...) {
    const std::exception_ptr failure = std::current_exception();
    core->abort();
    report("rill: the factory of a server has failed", failure);
  }
}

void server_state::begin_handler(state_ref<stream_core> core) {
  auto mark = std::make_unique<running_handler>(shared_from_this());
  running_handler& running = *mark;
  const task_options named{"connection"};
  const task<> handling = create_task(handle(std::move(mark), std::move(core)), named);
  running.task = handling;
}

coro<> server_state::handle(std::unique_ptr<running_handler> mark, state_ref<stream_core> core) {
  server_state* const self = mark->owner.get();
  std::exception_ptr failure;
  bool cancelled = false;
  try {
    coro<> work = self->service_.handler(stream_access::reader(core), stream_access::writer(core));
    co_await std::move(work);
  } catch (const cancelled_error&) {
    cancelled = true;
  } catch (const std::system_error&) {
    // After an abort of our own it is what the handler's drain must throw, and no news.
    if (!core->was_aborted()) failure = std::current_exception();
  } catch (...) {
    failure = std::current_exception();
  }
  // One that ends in order may have passed its writer on.
  if (cancelled || failure) core->close();
  if (failure) self->report("rill: the handler of a connection has failed", failure);
}

void server_state::report(std::string_view text, std::exception_ptr error) noexcept {
  try {
    const std::string message = std::string(text) + ": " + describe_exception(error);
    owner_->report({message, error, nullptr});
  } catch (const std::bad_alloc&) {
    owner_->report({text, error, nullptr});
  }
}

void server_state::close() noexcept {
  if (!open_) return;
  open_ = false;
  for (const task<>& accepting : accepting_) accepting.cancel();
  accepting_.clear();
  files_.clear();  // first: no other server may have bound there yet
  sockets_.clear();
  if (source_) source_->close();
  room_.tell();
  closed_.tell();
  note_end();
}

void server_state::close_clients() noexcept {
  for (auto at = clients_.begin(); at != clients_.end();) {
    stream_core& client = *at;
    ++at;  // closing may take it out of the list
    client.close();
  }
}

void server_state::abort_clients() noexcept {
  while (!clients_.empty()) clients_.front().abort();
}

void server_state::cancel_handlers() {
  for (running_handler& handler : handlers_) handler.task.cancel("the server is shutting down");
}

void server_state::connection_closed(stream_core& connection) noexcept {
  clients_.erase(connection);
  --client_count_;
  room_.tell();
  note_end();
}

void server_state::note_end() noexcept {
  if (is_idle()) idle_.tell();
}

future<> server_state::closed() {
  const future<> next = closed_.next(*owner_);
  if (!open_) closed_.tell();
  return next;
}

future<> server_state::idle() {
  const future<> next = idle_.next(*owner_);
  if (is_idle()) idle_.tell();
  return next;
}

}  // namespace rill::detail
