// SPDX-License-Identifier: BSL-1.0
// The transports of asyncio, as interfaces: what a protocol writes to. The library implements them
// over sockets; users may implement them over anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rill/net/address.hpp"
#include "rill/net/protocol.hpp"
#include "rill/net/write_limits.hpp"

namespace rill {

class socket;

// [base_transport]
/// What all transports have. asyncio: BaseTransport.
///
/// A transport is a shared object that the loop keeps as long as it is open: dropping every handle
/// of it closes nothing, and a handle that is kept longer than the connection is harmless. Calls on
/// a transport that is closed or lost do nothing.
/// **Threads**: only on the thread of its loop; a handle may be dropped after the loop.
class base_transport {
 public:
  base_transport(const base_transport&) = delete;
  base_transport& operator=(const base_transport&) = delete;
  virtual ~base_transport() = default;

  /// Stops receiving, sends what is queued, then closes; connection_lost() follows, never inside
  /// the call. Idempotent.
  virtual void close() noexcept = 0;
  /// Closes at once; what is queued is lost. connection_lost() follows, without an error. asyncio:
  /// only transports that write have it.
  virtual void abort() noexcept = 0;
  /// close() or abort() was called, or the connection was lost.
  virtual bool is_closing() const noexcept = 0;

  /// Has another protocol be called from now on; connection_made() is not called again. **Throws**
  /// std::invalid_argument for null and for a protocol of the wrong kind.
  virtual void set_protocol(std::shared_ptr<base_protocol> replacement) = 0;
  /// Null when the connection is lost.
  virtual std::shared_ptr<base_protocol> get_protocol() const noexcept = 0;

  /// Of family none if there is no such address, or none known.
  virtual socket_address local_address() const { return {}; }
  virtual socket_address peer_address() const { return {}; }
  /// The socket, for its options: owned by the transport, do not receive or send. Null if there is
  /// none, or not any more.
  virtual socket* underlying_socket() const noexcept { return nullptr; }
  /// "peername", "sockname", "socket" and what a derived class adds; empty if there is none of that
  /// name. asyncio: get_extra_info(); the functions above are the typed form.
  virtual std::string get_extra_info(std::string_view name) const;

 protected:
  base_transport() = default;
};
// [/base_transport]

// [read_transport]
/// A transport that receives. asyncio: ReadTransport.
class read_transport : public virtual base_transport {
 public:
  /// Receives nothing more, until resume_reading(). What has come already and was not delivered is
  /// delivered then. Both are idempotent.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;
  /// Neither paused nor closing.
  virtual bool is_reading() const noexcept = 0;

 protected:
  read_transport() = default;
};
// [/read_transport]

// [write_transport]
/// A transport that sends. asyncio: WriteTransport.
class write_transport : public virtual base_transport {
 public:
  /// Queues bytes to be sent; they are copied. Never waits: see pause_writing(). **Throws**
  /// usage_error after write_eof().
  virtual void write(std::string_view data) = 0;
  /// Writes each of a range of strings.
  template <class Range>
  void writelines(const Range& lines) {
    for (const auto& line : lines) write(std::string_view(line));
  }
  /// Ends the sending half when what is queued has gone out; receiving goes on. Idempotent.
  /// **Throws** usage_error where can_write_eof() is false.
  virtual void write_eof() = 0;
  virtual bool can_write_eof() const noexcept = 0;

  /// How many bytes are queued.
  virtual std::size_t write_buffer_size() const noexcept = 0;
  virtual write_limits write_buffer_limits() const noexcept = 0;
  /// The marks of pause_writing() and resume_writing(), by write_limits::of(). **Throws**
  /// std::invalid_argument if low is above high.
  virtual void set_write_buffer_limits(std::optional<std::size_t> high = {},
                                       std::optional<std::size_t> low = {}) = 0;

 protected:
  write_transport() = default;
};
// [/write_transport]

// [transport]
/// Both directions. asyncio: Transport. That of a pipe is one too, whose other direction throws
/// usage_error.
class transport : public read_transport, public write_transport {
 protected:
  transport() = default;
};
// [/transport]

// [datagram_transport]
/// Sends and receives datagrams. asyncio: DatagramTransport.
class datagram_transport : public virtual base_transport {
 public:
  /// Sends a datagram, or queues a copy of it while the system takes no more; never waits. `target`
  /// is needed unless the endpoint has a remote address; if it has one, it may only be that one.
  /// **Throws** std::invalid_argument for a target that is missing or wrong. What the system says
  /// against the datagram goes to error_received(), in a later turn.
  virtual void sendto(std::string_view data, const socket_address& target = {}) = 0;

  /// Bytes that are queued, with 8 for each datagram.
  virtual std::size_t write_buffer_size() const noexcept = 0;
  virtual write_limits write_buffer_limits() const noexcept = 0;
  virtual void set_write_buffer_limits(std::optional<std::size_t> high = {},
                                       std::optional<std::size_t> low = {}) = 0;

 protected:
  datagram_transport() = default;
};
// [/datagram_transport]

// [subprocess_transport]
/// A child process. asyncio: SubprocessTransport.
class subprocess_transport : public virtual base_transport {
 public:
  virtual std::int64_t get_pid() const noexcept = 0;
  /// Nothing while it runs; negative: the number of the signal that has killed it.
  virtual std::optional<int> get_returncode() const noexcept = 0;
  /// The transport of the child's descriptor 0, 1 or 2; null if that is no pipe.
  virtual std::shared_ptr<base_transport> get_pipe_transport(int descriptor) const noexcept = 0;
  virtual void send_signal(int signal) = 0;
  virtual void terminate() = 0;
  virtual void kill() = 0;

 protected:
  subprocess_transport() = default;
};
// [/subprocess_transport]

}  // namespace rill
