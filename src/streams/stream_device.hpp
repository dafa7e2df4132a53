// SPDX-License-Identifier: BSL-1.0
// What a stream that is no socket stands on: a handle of the system, memory, threads, a transport.
#pragma once

#include <string>
#include <string_view>

#include "rill/base/native_handle.hpp"
#include "rill/loop/io_op.hpp"
#include "rill/loop/reactor.hpp"
#include "rill/net/address.hpp"

namespace rill::detail {

/// Who moves the bytes of a device, and the operations that do it.
struct stream_wiring {
  reactor* io = nullptr;     ///< null: that of the loop
  native_handle handle = 0;  ///< given to each operation; means nothing to a reactor of its own
  io_kind read_kind = io_kind::receive;
  io_kind write_kind = io_kind::send;
};

/// Owned by one stream_core. Used on its loop's thread.
class stream_device {
 public:
  stream_device(const stream_device&) = delete;
  stream_device& operator=(const stream_device&) = delete;
  virtual ~stream_device() = default;

  virtual stream_wiring wiring() noexcept = 0;

  /// Whether one half can end while the other goes on.
  virtual bool can_end_writing() const noexcept { return true; }
  /// Ends the half that writes; all bytes are out. Throws std::system_error. Returns true if
  /// nothing is left then, so that the stream is to be closed.
  virtual bool end_writing() = 0;

  /// Called once. Operations that are under way end with io_closed, or are ended already; the
  /// reactor of its own is asked for nothing any more, but is there as long as the device.
  virtual void close() noexcept = 0;

  /// Where what has not gone out when the loop is closed is written, by calls that wait; invalid:
  /// it is lost. Asked before close().
  virtual native_handle final_handle() noexcept { return invalid_handle; }

  virtual socket_address peer_address() noexcept { return {}; }
  virtual socket_address local_address() noexcept { return {}; }
  /// Other information by name, as text; empty if there is none.
  virtual std::string extra_info(std::string_view /*name*/) const { return {}; }

 protected:
  stream_device() = default;
};

/// Base of the reactors that devices have of their own: start() and cancel() are left to write.
///
/// Differs from the contract in one thing: as nobody waits for them, ends are told whenever they
/// happen, on the loop's thread; cancel() that comes too late may tell the end within the call. It
/// must not promise an end that only a turn of the loop brings: a loop that is being closed has
/// none.
class device_reactor : public reactor {
 public:
  std::string_view name() const noexcept override { return "device"; }
  bool supports(reactor_feature /*feature*/) const noexcept override { return false; }
  void forget(native_handle /*handle*/) noexcept override {}
  int add_watch(io_watch& watch) noexcept override;
  void remove_watch(io_watch& /*watch*/) noexcept override {}
  void wait(std::int64_t /*timeout_ns*/) noexcept override {}
  void wake() noexcept override {}
  std::size_t pending() const noexcept override { return 0; }

 protected:
  /// Tells the end of an operation that was pending.
  static void end(io_op& op, std::int64_t result) noexcept {
    op.result = result;
    op.complete(op);
  }
};

}  // namespace rill::detail
