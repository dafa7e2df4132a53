// SPDX-License-Identifier: BSL-1.0
// The echo server on Asio's coroutines, standalone Asio, one thread, tuned as its documentation
// advises for one: the concurrency hint, no type-erased executors, errors as codes instead of
// exceptions.
#include <asio.hpp>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "peers/asio_coroutines.hpp"
#include "support/echo_service.h"

namespace {

using asio_peer::awaits, asio_peer::coro, asio_peer::executor;

std::uint64_t messages = 0;
std::size_t buffer_size = 4 * 1024;

template <class Socket>
coro serve(Socket peer) {
  std::vector<char> data(buffer_size);
  std::error_code error;
  auto token = asio::redirect_error(awaits, error);
  for (;;) {
    const std::size_t count = co_await peer.async_read_some(asio::buffer(data), token);
    if (error) co_return;
    ++messages;
    co_await asio::async_write(peer, asio::buffer(data, count), token);
    if (error) co_return;
  }
}

template <class Acceptor>
coro accept_all(Acceptor& listener) {
  for (;;) {
    auto peer = co_await listener.async_accept(awaits);
    asio::co_spawn(listener.get_executor(), serve(std::move(peer)), asio::detached);
  }
}

template <class Protocol>
void run(asio::io_context& context, Protocol protocol, const echo_options& options) {
  const int descriptor = echo_listen(&options);
  asio::basic_socket_acceptor<Protocol, executor> listener(context, protocol, descriptor);
  asio::co_spawn(context, accept_all(listener), asio::detached);
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
