// SPDX-License-Identifier: BSL-1.0
// stream_reader_protocol: reader and writer over any transport.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <string_view>

#include "rill/net/protocol.hpp"
#include "rill/net/transport.hpp"
#include "rill/streams/connection.hpp"
#include "rill/streams/stream_reader.hpp"

namespace rill {

namespace detail {
class transport_wire;
}

// [stream_reader_protocol]
/// Makes a stream of what a transport delivers, and writes to that. asyncio: StreamReaderProtocol,
/// with the reader and the writer that belong to it. One for each connection: a second
/// connection_made() is an error, which ends that connection. For transports of one's own; over
/// sockets, open_connection() and start_server() need no protocol and cost less.
///
/// Reading is paused when more than twice the limit has come that nobody has read, and goes on when
/// it is down to the limit. The stream counts bytes as sent when the transport has sent them: it
/// sets the transport's water marks to zero. Writes wait in the stream, whose own marks hold for
/// drain().
/// An error that the transport was lost by reads as its std::system_error; another one as
/// connection_aborted.
/// Without take_connection(), nobody closes the transport but its peer and its owner.
/// **Threads**: only on the thread of its loop.
class stream_reader_protocol : public protocol {
 public:
  /// Throws usage_error when no loop runs in this thread, std::invalid_argument for a limit of
  /// zero.
  explicit stream_reader_protocol(std::size_t limit = default_stream_limit);
  ~stream_reader_protocol() override;

  /// Both halves. **Throws** usage_error before connection_made(), and the second time.
  connection take_connection();

  void connection_made(std::shared_ptr<transport> made) override;
  void data_received(std::string_view data) override;
  bool eof_received() override;
  void pause_writing() override;
  void resume_writing() override;
  void connection_lost(std::exception_ptr error) override;

 private:
  std::shared_ptr<detail::transport_wire> wire_;
  std::size_t limit_;
  std::size_t refused_ = 0;  // connections that have not been lost yet
  bool taken_ = false;
};

/// Takes a transport over: sets its protocol, and gives reader and writer. What came before has
/// gone to the protocol that it had. **Throws** usage_error for one that is closing.
connection open_streams(std::shared_ptr<transport> over, std::size_t limit = default_stream_limit);
// [/stream_reader_protocol]

}  // namespace rill
