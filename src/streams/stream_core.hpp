// SPDX-License-Identifier: BSL-1.0
// stream_core: what a stream_reader and a stream_writer share: the socket or device, both buffers,
// and the one send that is under way. Lives as long as a half, a wait, or that send needs it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rill/base/detail/intrusive_list.hpp"
#include "rill/core/detail/future_state.hpp"
#include "rill/core/detail/ready_queue.hpp"
#include "rill/core/future.hpp"
#include "rill/loop/detail/loop_services.hpp"
#include "rill/loop/io_op.hpp"
#include "rill/net/socket.hpp"
#include "rill/streams/connection.hpp"
#include "rill/streams/stream_reader.hpp"
#include "rill/streams/stream_writer.hpp"
#include "streams/happening.hpp"
#include "streams/input_buffer.hpp"
#include "streams/stream_device.hpp"

namespace rill::detail {

class fill_operation;
class stream_core;

/// Throws std::invalid_argument for a limit that no line could keep.
void check_limit(std::size_t limit);

/// Somebody to be told when a connection is closed: the server that accepted it.
class connection_listener {
 public:
  virtual void connection_closed(stream_core& connection) noexcept = 0;

 protected:
  connection_listener() = default;
  ~connection_listener() = default;
};

/// A link in the server's list of connections.
class connection_link : public list_node {};

/// Counted by state_ref, on its loop's thread.
///
/// Invariants: 1. A send is in the reactor's hands exactly while `sending_` is set; its bytes are
/// in `outgoing_`, which nobody touches meanwhile. 2. The core counts a reference for the send, and
/// one for its place in the ready queue (`queued_`). 3. `waiting_fill_` is set exactly while a read
/// waits for bytes fed by hand. 4. Once it is closed there is nothing to send: `outgoing_` and
/// `pending_` are of no account. 5. While `direct_` is set, a send_all() or send_file() owns the
/// half that writes, `outgoing_` is empty, and what is written meanwhile is in `pending_`.
class stream_core final : public ready_node,
                          private io_op,
                          public loop_resident,
                          public connection_link {
 public:
  /// A reader fed by hand.
  static state_ref<stream_core> create(std::size_t limit);
  /// A connection. Throws as class connection says.
  static state_ref<stream_core> create(socket connected, std::size_t limit);
  /// A stream over something else.
  static state_ref<stream_core> create(std::unique_ptr<stream_device> device, std::size_t limit);

  void add_reference() noexcept { ++references_; }
  void release() noexcept {
    if (--references_ == 0) last_release();
  }

  // -- reading ------------------------------------------------------------------------------------
  input_buffer input;
  std::size_t limit() const noexcept { return limit_; }
  bool at_end() const noexcept { return at_end_; }
  bool is_connected() const noexcept { return connected_; }
  void check_fed() const;
  void feed(std::string_view bytes);
  void feed_end() noexcept;
  void feed_error(std::exception_ptr error) noexcept;
  /// Throws what the connection was lost by, or what was fed.
  void check_readable() const {
    if (loss_) [[unlikely]]
      std::rethrow_exception(loss_);
  }
  /// Takes the result of a receive: bytes for the buffer or for a caller, the end, or a loss.
  std::size_t note_received(std::int64_t received);
  void begin_read();
  void end_read() noexcept { reading_ = false; }
  /// For what looks into the buffer without waiting. Throws usage_error while a read waits.
  void check_unread() const;
  void set_waiting_fill(fill_operation* waiting) noexcept { waiting_fill_ = waiting; }

  // -- writing ------------------------------------------------------------------------------------
  void write(std::string_view bytes);
  void write_end();
  /// Sends what the system takes at once, without waiting for the end of the turn.
  void send_now() noexcept { pump(); }
  void close() noexcept;
  void abort() noexcept;
  bool is_closing() const noexcept { return closing_ || !is_open(); }
  bool is_open() const noexcept { return open_; }
  bool is_socket() const noexcept { return device_ == nullptr; }
  /// Closed by this side before everything was sent.
  bool was_aborted() const noexcept { return dropped_ && !loss_; }
  bool is_paused() const noexcept { return paused_; }
  std::size_t buffered() const noexcept {
    return is_open() ? pending_.size() + outgoing_.size() - sent_ : 0;
  }
  /// Everything was handed to the system.
  bool is_flushed() const noexcept { return buffered() == 0 && !direct_; }
  bool can_write_end() const noexcept { return device_ == nullptr || device_->can_end_writing(); }
  /// Throws what the connection was lost by; connection_reset if it was closed with bytes unsent.
  void check_writable() const;
  /// Futures that are done when the queue is short, when it is empty, when the connection is
  /// closed. Wait with ended(), so that cancelling touches nobody else.
  future<> resumed() { return resumed_.next(*owner_); }
  future<> flushed() { return flushed_.next(*owner_); }
  future<> closed() { return closed_.next(*owner_); }

  /// Lets the caller send out of its own memory, if all before is sent: until end_direct(), which
  /// takes what could not be sent.
  bool begin_direct() noexcept;
  void end_direct(std::vector<char> rest) noexcept;
  /// Refuses what others write until end_file(). Throws usage_error if that cannot be: the half
  /// that writes has ended, is closing, or a file is being sent.
  void begin_file();
  void end_file() noexcept { file_ = false; }
  /// Throws usage_error while a file is being sent.
  void check_no_file() const;
  /// The connection is lost by this result of a send.
  void note_send_failure(std::int64_t failure) noexcept;

  bool spend_budget() const noexcept { return owner_->spend_budget(); }
  write_limits limits() const noexcept { return limits_; }
  void set_limits(write_limits limits);

  // -- the connection -----------------------------------------------------------------------------
  socket& underlying_socket();
  bool has_loop() const noexcept { return owner_->is_open(); }
  /// Requires: has_loop().
  reactor& io() const noexcept {
    return wiring_.io != nullptr ? *wiring_.io : loop_services::of(*owner_).io();
  }
  const stream_wiring& wiring() const noexcept { return wiring_; }
  socket_address peer_address();
  socket_address local_address();
  std::string extra_info(std::string_view name);
  void set_listener(std::shared_ptr<connection_listener> listener) noexcept {
    listener_ = std::move(listener);
  }

 private:
  stream_core(scheduler& owner, std::size_t limit);
  ~stream_core();

  void last_release() noexcept;
  static void run(ready_node& node) noexcept;
  static void drop(ready_node& node) noexcept;
  static void on_sent(io_op& op) noexcept;
  static const ready_ops flush_ops;
  void on_loop_close() noexcept override;
  bool owns(native_handle asked) const noexcept override {
    return wiring_.io == nullptr && wiring_.handle == asked;
  }

  void queue() noexcept;
  void pump() noexcept;
  bool load_outgoing() noexcept;
  bool take_sent() noexcept;
  void finish_writing() noexcept;
  void write_rest(native_handle to) noexcept;
  void settle() noexcept;
  void lose(int code) noexcept;
  void shut() noexcept;
  void report_lost_write() noexcept;

  struct known_addresses;
  void attach(const stream_wiring& wiring) noexcept;
  socket_address address_of(std::optional<socket_address> known_addresses::* which,
                            socket_address (socket::*ask)() const,
                            socket_address (stream_device::*look)() noexcept);

  scheduler* owner_;  // counted
  stream_wiring wiring_;
  socket socket_;  // none if there is a device
  std::size_t references_ = 0;
  std::size_t limit_;
  std::exception_ptr loss_;
  fill_operation* waiting_fill_ = nullptr;
  std::vector<char> pending_;   // written, not yet given to the reactor
  std::vector<char> outgoing_;  // what the reactor works on
  std::size_t sent_ = 0;        // of outgoing_
  write_limits limits_;
  happening resumed_;
  happening flushed_;
  bool connected_ = false;  // made with a socket or a device
  bool open_ = false;       // connected, and not closed yet
  bool reading_ = false;
  bool at_end_ = false;
  bool sending_ = false;   // a send is pending in the reactor
  bool answered_ = false;  // it has ended, and its result was not looked at yet
  bool queued_ = false;    // in the ready queue
  bool direct_ = false;    // a send_all() sends, or a file is sent
  bool file_ = false;      // a file is sent, or waits for its turn
  bool paused_ = false;    // above the high mark, and not yet down to the low one
  bool closing_ = false;
  bool end_wanted_ = false;
  bool end_sent_ = false;
  bool dropped_ = false;  // bytes were lost by abort() or a loss
  // What follows is not touched by a message that comes or goes.
  unsigned lost_writes_ = 0;
  happening closed_;
  std::unique_ptr<stream_device> device_;
  std::shared_ptr<connection_listener> listener_;
  /// What was asked for: most connections are never asked.
  struct known_addresses {
    std::optional<socket_address> peer;
    std::optional<socket_address> local;
  };
  std::unique_ptr<known_addresses> addresses_;
};

/// stream_writer::drain().
coro<> drain_stream(state_ref<stream_core> core);

/// Makes the public halves, for the library.
struct stream_access {
  static stream_reader reader(state_ref<stream_core> core) noexcept;
  static stream_writer writer(state_ref<stream_core> core) noexcept;
  static connection both(state_ref<stream_core> core) noexcept;
};

}  // namespace rill::detail
