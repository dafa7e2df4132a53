// SPDX-License-Identifier: BSL-1.0
// The protocols of asyncio: objects whose functions are called as things happen to a transport.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>

#include "rill/net/address.hpp"

namespace rill {

class datagram_transport;
class subprocess_transport;
class transport;

// [base_protocol]
/// What all protocols have. asyncio: BaseProtocol.
///
/// A protocol is a shared object: its transport holds it from the factory until connection_lost()
/// has returned, whoever else does. Every function is called by the loop on its thread, outside of
/// any task, in the context of the code that asked for the connection (of a server: a copy of the
/// one it was made in, for each connection); pause_writing() alone is called inside write(). None
/// is called after connection_lost(), nor when the loop is closed before it.
/// What a function throws goes to the loop's exception handler. The transport is aborted then, and
/// connection_lost() has that error; not so for pause_writing(), resume_writing() and
/// connection_lost() itself, which are only reported, nor for anything of a datagram_protocol.
class base_protocol {
 public:
  base_protocol(const base_protocol&) = delete;
  base_protocol& operator=(const base_protocol&) = delete;
  virtual ~base_protocol() = default;

  /// The transport is closed, and this is the last call: exactly one, if connection_made() was
  /// called. `error` is null after a regular end and after close() or abort().
  virtual void connection_lost(std::exception_ptr error) { static_cast<void>(error); }
  /// More than the high mark of the transport is queued: write no more, or it grows.
  virtual void pause_writing() {}
  /// The queue is down to the low mark.
  virtual void resume_writing() {}

 protected:
  base_protocol() = default;
};
// [/base_protocol]

// [stream_protocol]
/// What protocol and buffered_protocol share; derive from one of those, or, for a transport that
/// only sends, from this. asyncio has no name for it.
class stream_protocol : public base_protocol {
 public:
  /// The first call, once. Writing is allowed at once; reading begins afterwards. Whoever keeps the
  /// transport and is kept by it need not care: the transport drops its protocol when it is lost.
  virtual void connection_made(std::shared_ptr<transport> made) { static_cast<void>(made); }
  /// The peer has ended its half; nothing comes behind it. At most once, not after a reset. False:
  /// the transport closes itself when what is queued has gone out; true: closing is left to the
  /// protocol, which may still write.
  virtual bool eof_received() { return false; }

 protected:
  stream_protocol() = default;
};
// [/stream_protocol]

// [protocol]
/// Receives bytes in memory of the transport. asyncio: Protocol.
class protocol : public stream_protocol {
 public:
  /// Some bytes, at least one, in pieces that mean nothing: a message may be split anywhere, and
  /// several may come at once. The bytes are there during the call only.
  virtual void data_received(std::string_view data) = 0;

 protected:
  protocol() = default;
};
// [/protocol]

// [buffered_protocol]
/// Receives bytes in memory of its own, without a copy. asyncio: BufferedProtocol.
class buffered_protocol : public stream_protocol {
 public:
  /// Where the next bytes go. The memory must stay until buffer_updated(), or until
  /// connection_lost(); nothing else may touch it meanwhile. `hint`: how many bytes would be right;
  /// 0: any number. Empty memory is an error, and ends the connection.
  virtual std::span<char> get_buffer(std::size_t hint) = 0;
  /// So many bytes, at least one, were written to the beginning of that memory.
  virtual void buffer_updated(std::size_t count) = 0;

 protected:
  buffered_protocol() = default;
};
// [/buffered_protocol]

// [datagram_protocol]
/// Receives datagrams. asyncio: DatagramProtocol.
class datagram_protocol : public base_protocol {
 public:
  virtual void connection_made(std::shared_ptr<datagram_transport> made) {
    static_cast<void>(made);
  }
  /// A whole datagram, which may be empty, and who sent it (family none for a Unix socket without a
  /// name). The bytes are there during the call only.
  virtual void datagram_received(std::string_view data, const socket_address& sender) {
    static_cast<void>(data);
    static_cast<void>(sender);
  }
  /// A datagram could not be sent, or the network has told of one that did not arrive. The endpoint
  /// stays open, and other datagrams are not touched.
  virtual void error_received(const std::system_error& error) { static_cast<void>(error); }

 protected:
  datagram_protocol() = default;
};
// [/datagram_protocol]

// [subprocess_protocol]
/// Follows a child process. asyncio: SubprocessProtocol.
class subprocess_protocol : public base_protocol {
 public:
  virtual void connection_made(std::shared_ptr<subprocess_transport> made) {
    static_cast<void>(made);
  }
  /// The child has written to its descriptor of that number: 1 or 2.
  virtual void pipe_data_received(int descriptor, std::string_view data) {
    static_cast<void>(descriptor);
    static_cast<void>(data);
  }
  /// A pipe to or from the child is closed; `error` is null after a regular end.
  virtual void pipe_connection_lost(int descriptor, std::exception_ptr error) {
    static_cast<void>(descriptor);
    static_cast<void>(error);
  }
  /// The child has ended; may come before the ends of its pipes. connection_lost() comes behind all
  /// of them.
  virtual void process_exited() {}

 protected:
  subprocess_protocol() = default;
};
// [/subprocess_protocol]

}  // namespace rill
