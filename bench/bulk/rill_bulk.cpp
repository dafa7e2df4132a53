// SPDX-License-Identifier: BSL-1.0
// Bulk transfer through streams. Command line and output are those of floors/raw_bulk, with the
// name of a reactor behind.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rill/rill.hpp"
#include "support/bulk_stopwatch.h"

namespace {

constexpr std::size_t piece = 64 * 1024;

rill::coro<> receive_all() {
  rill::socket listener(rill::address_family::ipv4, rill::socket_type::stream);
  listener.bind(rill::socket_address::parse("127.0.0.1:0"));
  listener.listen();
  std::printf("port %d\n", listener.local_address().port());
  std::fflush(stdout);
  rill::socket accepted = co_await listener.accept();
  rill::connection peer(std::move(accepted));
  const bulk_stopwatch watch = bulk_start();
  std::vector<char> room(piece);
  std::uint64_t bytes = 0;
  while (true) {
    const std::size_t got = co_await peer.reader.read_into(room);
    if (got == 0) break;
    bytes += got;
  }
  bulk_report(watch, bytes);
}

rill::coro<> send_all(std::uint16_t port, std::uint64_t bytes, bool copying) {
  rill::connection peer = co_await rill::open_connection("127.0.0.1", port);
  const bulk_stopwatch watch = bulk_start();
  const std::string data(piece, 'b');
  std::uint64_t gone = 0;
  while (gone < bytes) {
    const std::string_view some = std::string_view(data).substr(0, bytes - gone);
    if (copying) {
      co_await peer.writer.write_all(some);
    } else {
      co_await peer.writer.send_all(some);
    }
    gone += some.size();
  }
  peer.writer.close();
  co_await peer.writer.wait_closed();
  bulk_report(watch, gone);
}

}  // namespace

int main(int count, char** arguments) {
  const std::string_view what = count > 1 ? arguments[1] : "";
  rill::loop_options options;
  if (what == "receive" && count == 3) {
    options.backend = arguments[2];
    rill::run(receive_all(), std::move(options));
    return 0;
  }
  if ((what == "send" || what == "write") && count == 5) {
    options.backend = arguments[4];
    const auto port = static_cast<std::uint16_t>(std::atoi(arguments[2]));
    rill::run(send_all(port, std::strtoull(arguments[3], nullptr, 10), what == "write"),
              std::move(options));
    return 0;
  }
  std::fprintf(stderr,
               "usage: rill_bulk receive BACKEND | rill_bulk send|write PORT BYTES BACKEND\n");
  return 2;
}
