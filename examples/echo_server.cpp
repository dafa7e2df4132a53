// SPDX-License-Identifier: BSL-1.0
// An echo server: what a client sends, it gets back. One loop per thread, all on one port. Ctrl-C
// or SIGTERM ends it: the listeners first, then the connections within one grace period.
#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "rill/rill.hpp"
#include "support/backend_names.hpp"
#include "support/command_line.hpp"

namespace {

constexpr std::string_view usage =
    "usage: echo_server [--host HOST] [--port PORT] [--backend NAME] [--threads N]\n"
    "                   [--grace SECONDS] [--list-backends]\n"
    "  --host HOST      where to listen: an address or a name (127.0.0.1)\n"
    "  --port PORT      0 takes any free port (0)\n"
    "  --backend NAME   BACKENDS or auto (auto)\n"
    "  --threads N      loops that share the port, a thread each (1)\n"
    "  --grace SECONDS  how long connections may go on at the end (2)";

struct settings {
  std::string host;
  std::uint16_t port = 0;
  std::string backend;
  int threads = 1;
  std::chrono::nanoseconds grace{};
};

rill::server_options options_of() {
  rill::server_options options;
  options.backlog = 4096;
  return options;
}

rill::coro<> echo(rill::stream_reader reader, rill::stream_writer writer) {
  std::array<char, 16 * 1024> buffer;
  try {
    while (true) {
      const std::size_t count = co_await reader.read_into(buffer);
      if (count == 0) break;
      co_await writer.write_all(std::string_view(buffer.data(), count));
    }
  } catch (const std::system_error&) {
    // The client has reset the connection: there is nobody left to answer.
  }
}

void announce(const std::vector<rill::socket_address>& addresses) {
  const std::string backend(rill::event_loop::running().backend());
  for (const rill::socket_address& address : addresses) {
    std::printf("listening on %s (backend %s)\n", address.to_string().c_str(), backend.c_str());
  }
  std::fflush(stdout);
}

/// Returns at Ctrl-C.
rill::coro<> wait_for_the_end() {
  const rill::future<> for_ever = rill::create_future<>();
  try {
    co_await for_ever;
  } catch (const rill::cancelled_error&) {
    // Ctrl-C.
  }
}

rill::coro<int> serve(const settings& set) {
  rill::server server = co_await rill::start_server(echo, set.host, set.port, options_of());
  announce(server.addresses());
  co_await wait_for_the_end();
  co_await server.shutdown(set.grace);
  co_return 0;
}

/// The same on several loops. This one only waits for the end.
rill::coro<int> serve_on_threads(const settings& set, rill::loop_pool& pool) {
  rill::pool_server server =
      co_await rill::start_pool_server(pool, &echo, set.host, set.port, options_of());
  announce(server.addresses());
  co_await wait_for_the_end();
  co_await server.shutdown(set.grace);
  co_await pool.aclose();
  co_return 0;
}

void list_backends() {
  for (const rill::reactor_info& info : rill::available_reactors()) {
    if (info.available) {
      std::printf("%s available\n", std::string(info.name).c_str());
    } else {
      std::printf("%s unavailable: %s\n", std::string(info.name).c_str(), info.reason.c_str());
    }
  }
}

extern "C" void pass_on_as_interrupt(int /*signal_number*/) { std::raise(SIGINT); }

}  // namespace

int main(int count, char** arguments) {
  examples::command_line command(count, arguments, examples::with_backends(usage));
  if (command.flag("--list-backends")) {
    command.done();
    list_backends();
    return 0;
  }
  settings set;
  set.host = command.text("--host", "127.0.0.1");
  set.port = static_cast<std::uint16_t>(command.whole_number("--port", 0, 0, 65535));
  set.backend = command.text("--backend", "");
  set.threads = command.whole_number("--threads", 1, 1, 256);
  set.grace = std::chrono::nanoseconds(
      static_cast<std::int64_t>(command.number("--grace", 2, 0, 3600) * 1e9));
  command.done();
  // A shell that starts a program in the background may have it ignore Ctrl-C.
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, &pass_on_as_interrupt);
  try {
    if (set.threads == 1) return rill::run(serve(set), {.backend = set.backend});
    const auto loops = static_cast<std::size_t>(set.threads);
    rill::loop_pool pool({.loops = loops, .name = "echo", .backend = set.backend});
    return rill::run(serve_on_threads(set, pool), {.backend = set.backend});
  } catch (const std::invalid_argument& error) {
    command.fail(error.what());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "echo_server: %s\n", error.what());
    return 1;
  }
}
