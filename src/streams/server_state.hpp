// SPDX-License-Identifier: BSL-1.0
// server_state: the inside of a server: listeners, connections, handlers that run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "net/socket_file.hpp"
#include "rill/base/detail/intrusive_list.hpp"
#include "rill/core/future.hpp"
#include "rill/core/task.hpp"
#include "rill/net/socket.hpp"
#include "rill/streams/create_server.hpp"
#include "rill/streams/server.hpp"
#include "streams/happening.hpp"
#include "streams/stream_core.hpp"

namespace rill::detail {

class server_state;

/// A handler that runs, or is about to; goes with the frame of its task.
class running_handler final : public list_node {
 public:
  explicit running_handler(std::shared_ptr<server_state> owner) noexcept;
  running_handler(const running_handler&) = delete;
  running_handler& operator=(const running_handler&) = delete;
  ~running_handler();

  const std::shared_ptr<server_state> owner;
  any_task task;
};

/// A connection with a protocol, until connection_lost() has returned.
class served_protocol {
 public:
  explicit served_protocol(std::shared_ptr<server_state> owner) noexcept;
  served_protocol(const served_protocol&) = delete;
  served_protocol& operator=(const served_protocol&) = delete;
  ~served_protocol();

 private:
  const std::shared_ptr<server_state> owner_;
};

/// What a server does with a connection; one of the two is not empty.
struct connection_service {
  connection_handler handler = {};
  protocol_maker maker = {};
};

/// Where connections come from that are no sockets.
class connection_source {
 public:
  connection_source() = default;
  connection_source(const connection_source&) = delete;
  connection_source& operator=(const connection_source&) = delete;
  virtual ~connection_source() = default;

  /// The next one. Throws std::system_error, also if it is closed meanwhile.
  virtual coro<state_ref<stream_core>> accept() = 0;
  virtual void close() noexcept = 0;
};

/// Shared by the server, its tasks and its connections.
class server_state final : public connection_listener,
                           public std::enable_shared_from_this<server_state> {
 public:
  server_state(connection_service service, const server_options& options);
  server_state(const server_state&) = delete;
  server_state& operator=(const server_state&) = delete;
  ~server_state();

  /// Begins to accept, if the options say so. Once.
  void serve(std::vector<socket> bound);
  void serve(std::unique_ptr<connection_source> source);
  void start_serving();

  void close() noexcept;
  void close_clients() noexcept;
  void abort_clients() noexcept;
  void cancel_handlers();

  bool is_open() const noexcept { return open_; }
  bool is_serving() const noexcept { return open_ && !accepting_.empty(); }
  bool is_idle() const noexcept {
    return !open_ && clients_.empty() && handlers_.empty() && protocols_ == 0;
  }
  std::size_t client_count() const noexcept { return client_count_; }
  const std::vector<socket>& sockets() const noexcept { return sockets_; }
  std::uint16_t port() const noexcept { return port_; }

  /// Done when it is closed, and when it is closed and idle. Wait with ended().
  future<> closed();
  future<> idle();

  bool has_forever_waiter = false;

  void connection_closed(stream_core& connection) noexcept override;

 private:
  bool is_full() const noexcept {
    return options_.max_clients != 0 && client_count_ >= options_.max_clients;
  }
  void begin_to_accept();
  static coro<> wait_for_room(std::shared_ptr<server_state> self);
  template <class Listener>
  static coro<> accept_connections(std::shared_ptr<server_state> self, Listener& listener);
  friend class running_handler;
  friend class served_protocol;
  static coro<> handle(std::unique_ptr<running_handler> mark, state_ref<stream_core> core);
  void begin(socket client);
  void begin(state_ref<stream_core> core);
  void begin_handler(state_ref<stream_core> core);
  void begin_protocol(state_ref<stream_core> core);
  void report(std::string_view text, std::exception_ptr error) noexcept;
  void note_end() noexcept;

  scheduler* owner_;  // counted
  connection_service service_;
  server_options options_;
  std::vector<socket> sockets_;  // does not grow while a task accepts
  std::vector<socket_file> files_;
  std::unique_ptr<connection_source> source_;  // instead of sockets
  std::vector<task<>> accepting_;
  intrusive_list<stream_core, connection_link> clients_;  // leave by connection_closed()
  intrusive_list<running_handler> handlers_;
  std::size_t client_count_ = 0;
  std::size_t protocols_ = 0;
  happening room_;
  happening closed_;
  happening idle_;
  std::uint16_t port_ = 0;
  bool open_ = true;
};

/// Makes the public handle, for the library.
struct server_access {
  static server wrap(std::shared_ptr<server_state> state) noexcept;
};

}  // namespace rill::detail
