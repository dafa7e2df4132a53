// SPDX-License-Identifier: BSL-1.0
// Bulk transfer on Asio's coroutines, tuned as asio_echo.cpp. Command line and output are those of
// floors/raw_bulk.
#include <asio.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "peers/asio_coroutines.hpp"
#include "support/bulk_stopwatch.h"

namespace {

constexpr std::size_t piece = 64 * 1024;

using asio_peer::awaits, asio_peer::coro, asio_peer::executor;
using acceptor = asio::basic_socket_acceptor<asio::ip::tcp, executor>;
using stream = asio::basic_stream_socket<asio::ip::tcp, executor>;

coro receive_all(acceptor& listener) {
  stream peer(listener.get_executor());
  co_await listener.async_accept(peer, awaits);
  const bulk_stopwatch watch = bulk_start();
  std::vector<char> room(piece);
  std::uint64_t bytes = 0;
  std::error_code error;
  while (!error) {
    bytes += co_await peer.async_read_some(asio::buffer(room), asio::redirect_error(awaits, error));
  }
  if (error != asio::error::eof) throw std::system_error(error);
  bulk_report(watch, bytes);
}

coro send_all(stream& peer, asio::ip::tcp::endpoint where, std::uint64_t bytes) {
  co_await peer.async_connect(where, awaits);
  const bulk_stopwatch watch = bulk_start();
  const std::string data(piece, 'b');
  std::uint64_t gone = 0;
  while (gone < bytes) {
    gone += co_await asio::async_write(peer, asio::buffer(data, bytes - gone), awaits);
  }
  peer.close();
  bulk_report(watch, gone);
}

void rethrow(const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
}

}  // namespace

int main(int count, char** arguments) {
  const std::string_view what = count > 1 ? arguments[1] : "";
  asio::io_context context(1);
  asio::ip::tcp::endpoint where(asio::ip::address_v4::loopback(), 0);
  if (what == "receive" && count == 2) {
    acceptor listener(context, where);
    std::printf("port %d\n", listener.local_endpoint().port());
    std::fflush(stdout);
    asio::co_spawn(context.get_executor(), receive_all(listener), rethrow);
    context.run();
    return 0;
  }
  if (what == "send" && count == 4) {
    where.port(static_cast<std::uint16_t>(std::atoi(arguments[2])));
    stream peer(context);
    asio::co_spawn(context.get_executor(),
                   send_all(peer, where, std::strtoull(arguments[3], nullptr, 10)), rethrow);
    context.run();
    return 0;
  }
  std::fprintf(stderr, "usage: asio_bulk receive | asio_bulk send PORT BYTES\n");
  return 2;
}
