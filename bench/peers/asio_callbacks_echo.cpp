// SPDX-License-Identifier: BSL-1.0
// The echo server on Asio's callbacks, standalone Asio, one thread, tuned as asio_echo.cpp: an
// object for each connection, kept by the operation that is in flight.
#include <asio.hpp>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "peers/asio_coroutines.hpp"
#include "support/echo_service.h"

namespace {

using asio_peer::executor;

std::uint64_t messages = 0;
std::size_t buffer_size = 4 * 1024;

template <class Socket>
class session : public std::enable_shared_from_this<session<Socket>> {
 public:
  explicit session(Socket peer) : peer_(std::move(peer)), data_(buffer_size) {}

  void read() {
    peer_.async_read_some(asio::buffer(data_), [self = this->shared_from_this()](
                                                   std::error_code error, std::size_t count) {
      if (!error) self->write(count);
    });
  }

 private:
  void write(std::size_t count) {
    ++messages;
    asio::async_write(
        peer_, asio::buffer(data_, count),
        [self = this->shared_from_this()](std::error_code error, std::size_t /*count*/) {
          if (!error) self->read();
        });
  }

  Socket peer_;
  std::vector<char> data_;
};

template <class Protocol>
void accept_all(asio::basic_socket_acceptor<Protocol, executor>& listener) {
  using socket = asio::basic_stream_socket<Protocol, executor>;
  listener.async_accept([&](std::error_code error, socket peer) {
    if (!error) std::make_shared<session<socket>>(std::move(peer))->read();
    accept_all(listener);
  });
}

template <class Protocol>
void run(asio::io_context& context, Protocol protocol, const echo_options& options) {
  const int descriptor = echo_listen(&options);
  asio::basic_socket_acceptor<Protocol, executor> listener(context, protocol, descriptor);
  accept_all(listener);
  const echo_cpu start = echo_announce(descriptor);
  context.run();
  echo_report(messages, start);
}

}  // namespace

int main(int argc, char** argv) {
  const echo_options options = echo_parse(argc, argv, echo_no_extras);
  if (options.buffer != 0) buffer_size = options.buffer;
  asio::io_context context(1);
  asio::signal_set ending(context, SIGINT, SIGTERM, SIGALRM);
  ending.async_wait([&](std::error_code, int) { context.stop(); });
  echo_arm(options.seconds);
  if (options.path != nullptr) {
    run(context, asio::local::stream_protocol(), options);
  } else {
    run(context, asio::ip::tcp::v4(), options);
  }
}
