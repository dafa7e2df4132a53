// SPDX-License-Identifier: BSL-1.0
// stream_transport: calls a protocol for what happens to a stream_core.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/protocol_calls.hpp"
#include "net/turn_taker.hpp"
#include "rill/core/future.hpp"
#include "rill/net/transport.hpp"
#include "streams/stream_core.hpp"

namespace rill::detail {

/// What a transport is for. `write_watched`: its own end becomes readable when nobody reads from
/// the other any more.
enum class transport_use : std::uint8_t { both, read, write, write_watched };

/// Throws std::invalid_argument for null, and for a protocol that cannot receive where `reads`.
void check_fits(const stream_protocol* candidate, bool reads);

/// The core does the sending and tells its listener, which this is, of the end; reading is done
/// here.
///
/// Invariants: 1. The core holds this until it is closed, and afterwards a queued turn does. 2.
/// What a pending read writes to is not touched, and `reading_for_` holds it. 3. The protocol is
/// there until connection_lost() has returned, or the loop is closed.
class stream_transport final : public transport,
                               public connection_listener,
                               public std::enable_shared_from_this<stream_transport>,
                               private turn_taker {
 public:
  stream_transport(state_ref<stream_core> core, std::shared_ptr<stream_protocol> protocol,
                   transport_use use);

  /// Has connection_made() be called, and then begins to read. `after`, if there is one, is told of
  /// the end too; `attached` goes when connection_lost() has returned.
  void start(std::shared_ptr<connection_listener> after, std::shared_ptr<void> attached);
  /// Done when connection_made() was called.
  future<> made() const { return made_; }
  /// For who sends past write(). Throws usage_error if nothing can be sent any more.
  state_ref<stream_core> sending_core() const;

  void close() noexcept override;
  void abort() noexcept override { core_->abort(); }
  bool is_closing() const noexcept override { return core_->is_closing(); }
  void set_protocol(std::shared_ptr<base_protocol> replacement) override;
  std::shared_ptr<base_protocol> get_protocol() const noexcept override { return protocol_; }
  socket_address local_address() const override { return local_; }
  socket_address peer_address() const override { return peer_; }
  socket* underlying_socket() const noexcept override;
  std::string get_extra_info(std::string_view name) const override;

  void pause_reading() override;
  void resume_reading() override;
  bool is_reading() const noexcept override { return !paused_ && !is_closing() && reads(); }

  void write(std::string_view data) override;
  void write_eof() override;
  bool can_write_eof() const noexcept override { return writes() && core_->can_write_end(); }
  std::size_t write_buffer_size() const noexcept override { return core_->buffered(); }
  write_limits write_buffer_limits() const noexcept override { return flow_.limits(); }
  void set_write_buffer_limits(std::optional<std::size_t> high,
                               std::optional<std::size_t> low) override;

 private:
  void take_turn() noexcept override;
  void lose_turn() noexcept override;
  std::shared_ptr<void> self() noexcept override { return shared_from_this(); }
  void connection_closed(stream_core& connection) noexcept override;

  bool reads() const noexcept { return use_ <= transport_use::read; }
  bool writes() const noexcept { return use_ != transport_use::read; }
  bool can_read() const noexcept;
  void read() noexcept;
  bool aim() noexcept;
  std::span<char> memory_of_protocol() noexcept;
  void grow_or_shrink(std::size_t received) noexcept;
  void deliver(std::int64_t received) noexcept;
  void hand_over(std::string_view bytes) noexcept;
  void take_end() noexcept;
  void note_reader_gone() noexcept;
  void fail(std::exception_ptr error) noexcept;
  void note_written() noexcept;
  void go_on_writing() noexcept;
  void tell_lost() noexcept;

  state_ref<stream_core> core_;
  std::shared_ptr<stream_protocol> protocol_;
  protocol* plain_ = nullptr;              // protocol_, if it is of that kind
  buffered_protocol* buffered_ = nullptr;  // protocol_, if it is of the other
  std::shared_ptr<connection_listener> after_;
  std::shared_ptr<void> attached_;
  future<> made_;
  socket_address local_;
  socket_address peer_;
  flow_control flow_;

  turn_operation reading_{*this};
  std::shared_ptr<stream_protocol> reading_for_;
  std::unique_ptr<char[]> room_;
  std::size_t room_size_ = 0;
  unsigned small_reads_ = 0;    // in a row, that a smaller room would have held
  std::exception_ptr failure_;  // what the protocol has thrown

  const transport_use use_;
  bool made_told_ = false;
  bool paused_ = false;
  bool at_end_ = false;
  bool resume_due_ = false;
  bool lost_ = false;  // connection_lost() is to be called, or was
  bool lost_told_ = false;
};

/// Makes the transport of a connection, and has it begin.
std::shared_ptr<stream_transport> begin_transport(state_ref<stream_core> core,
                                                  std::shared_ptr<stream_protocol> protocol,
                                                  transport_use use = transport_use::both,
                                                  std::shared_ptr<connection_listener> after = {},
                                                  std::shared_ptr<void> attached = {});

}  // namespace rill::detail
