// SPDX-License-Identifier: BSL-1.0
// datagram_core: the transport of an endpoint in callback style.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "net/datagram_socket.hpp"
#include "net/protocol_calls.hpp"
#include "net/sockaddr.hpp"
#include "net/turn_taker.hpp"
#include "rill/base/detail/ring_buffer.hpp"
#include "rill/core/future.hpp"
#include "rill/loop/detail/loop_services.hpp"
#include "rill/net/transport.hpp"

namespace rill::detail {

/// Invariants: 1. It is pinned while it is open. 2. What a pending operation works on (`room_`,
/// `current_`) is not touched. 3. The protocol is there until connection_lost() has returned, or
/// the loop is closed.
class datagram_core final : public datagram_transport,
                            public std::enable_shared_from_this<datagram_core>,
                            private turn_taker,
                            private loop_resident {
 public:
  datagram_core(datagram_socket opened, std::shared_ptr<datagram_protocol> protocol);

  /// Has connection_made() be called, and then begins to receive.
  void start();
  /// Done when connection_made() was called.
  future<> made() const { return made_; }

  void close() noexcept override;
  void abort() noexcept override;
  bool is_closing() const noexcept override { return closing_; }
  void set_protocol(std::shared_ptr<base_protocol> replacement) override;
  std::shared_ptr<base_protocol> get_protocol() const noexcept override { return protocol_; }
  socket_address local_address() const override { return local_; }
  socket_address peer_address() const override { return peer_; }
  socket* underlying_socket() const noexcept override;

  void sendto(std::string_view data, const socket_address& target) override;
  std::size_t write_buffer_size() const noexcept override { return queued_bytes_; }
  write_limits write_buffer_limits() const noexcept override { return flow_.limits(); }
  void set_write_buffer_limits(std::optional<std::size_t> high,
                               std::optional<std::size_t> low) override;

 private:
  struct operation : turn_operation {
    using turn_operation::turn_operation;
    io_message message;
    io_buffer buffer{nullptr, 0};
    native_address address;
  };
  struct item {
    std::string data;
    socket_address target;
  };

  void take_turn() noexcept override;
  void lose_turn() noexcept override {}
  std::shared_ptr<void> self() noexcept override { return shared_from_this(); }
  void on_loop_close() noexcept override;
  bool owns(native_handle handle) const noexcept override {
    return opened_.handle.native() == handle;
  }

  reactor& io() const noexcept { return loop_services::of(owner()).io(); }
  bool begin_message(operation& op, io_kind kind) noexcept;

  void receive() noexcept;
  void deliver(std::int64_t received) noexcept;
  void send_queued() noexcept;
  void take_sent() noexcept;
  void note_error(int code) noexcept;
  void tell_errors() noexcept;
  void tell_error(int code) noexcept;
  void lose(std::exception_ptr error) noexcept;
  void shut() noexcept;
  void tell_lost() noexcept;

  datagram_socket opened_;
  std::shared_ptr<datagram_protocol> protocol_;
  future<> made_;
  socket_address local_;
  socket_address peer_;
  flow_control flow_;

  operation receiving_{*this};
  std::unique_ptr<char[]> room_;  // not written to before a datagram comes: it costs no memory
  operation sending_{*this};
  item current_;  // what sending_ works on
  ring_buffer<item> waiting_;
  std::size_t queued_bytes_ = 0;  // of current_ and waiting_, with 8 for each
  std::vector<int> errors_;       // to be told
  int earlier_ = 0;               // what the first try of current_ met; 0: this is the first
  std::exception_ptr loss_;

  bool has_current_ = false;
  bool made_told_ = false;
  bool closing_ = false;
  bool lost_ = false;  // closed; connection_lost() is to be called, or was
  bool lost_told_ = false;
};

}  // namespace rill::detail
