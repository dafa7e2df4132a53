// SPDX-License-Identifier: BSL-1.0
// The echo server on Asio's coroutines, standalone Asio, one thread, tuned as its documentation
// advises for one: the concurrency hint, errors as codes instead of exceptions.
#include <array>
#include <asio.hpp>
#include <csignal>
#include <cstdint>
#include <utility>

#include "support/echo_service.h"

namespace {

using asio::ip::tcp;

std::uint64_t messages = 0;

asio::awaitable<void> serve(tcp::socket peer) {
  std::array<char, 16384> data;
  std::error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  for (;;) {
    const std::size_t count = co_await peer.async_read_some(asio::buffer(data), token);
    if (error) co_return;
    ++messages;
    co_await asio::async_write(peer, asio::buffer(data, count), token);
    if (error) co_return;
  }
}

asio::awaitable<void> accept_all(tcp::acceptor& listener) {
  for (;;) {
    tcp::socket peer = co_await listener.async_accept(asio::use_awaitable);
    asio::co_spawn(listener.get_executor(), serve(std::move(peer)), asio::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const echo_options options = echo_parse(argc, argv, echo_no_extras);
  asio::io_context context(1);
  tcp::acceptor listener(context, tcp::v4(), echo_listen(options.port));
  asio::signal_set ending(context, SIGINT, SIGTERM, SIGALRM);
  ending.async_wait([&](std::error_code, int) { context.stop(); });
  echo_arm(options.seconds);
  asio::co_spawn(context, accept_all(listener), asio::detached);
  const echo_cpu start = echo_announce(listener.local_endpoint().port());
  context.run();
  echo_report(messages, start);
}
