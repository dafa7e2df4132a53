// SPDX-License-Identifier: BSL-1.0
// A chat server: `CONNECT <name>`, and from then on every line goes to everybody. Ctrl-C or SIGTERM
// ends it: everybody is still sent what waits for them, within one grace period. Listings F 8.13,
// N25.
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "chat/chat_room.hpp"
#include "rill/rill.hpp"
#include "support/backend_names.hpp"
#include "support/command_line.hpp"

namespace {

constexpr std::string_view usage =
    "usage: chat_server [--host HOST] [--port PORT] [--idle SECONDS] [--patience SECONDS]\n"
    "                   [--queue LINES] [--grace SECONDS] [--no-echo] [--backend NAME]\n"
    "  --host HOST         where to listen: an address or a name (127.0.0.1)\n"
    "  --port PORT         0 takes any free port (8000)\n"
    "  --idle SECONDS      who says nothing for so long is dropped (60)\n"
    "  --patience SECONDS  who takes nothing for so long is dropped (10)\n"
    "  --queue LINES       how many may wait for one client; who has more is dropped (1000)\n"
    "  --grace SECONDS     how long connections may go on at the end (2)\n"
    "  --no-echo           a line does not go to who has said it\n"
    "  --backend NAME      BACKENDS or auto (auto)";

struct settings {
  std::string host;
  std::uint16_t port = 0;
  chat::room_options room;
  std::chrono::nanoseconds grace{};
};

rill::coro<int> serve(const settings& set) {
  const auto room = std::make_shared<chat::chat_room>(set.room);
  rill::connection_handler handler = chat::handler_of(room);
  rill::server_options options;
  options.backlog = 1024;
  rill::server server =
      co_await rill::start_server(std::move(handler), set.host, set.port, options);
  const std::string backend(rill::event_loop::running().backend());
  for (const rill::socket_address& address : server.addresses()) {
    std::printf("listening on %s (backend %s)\n", address.to_string().c_str(), backend.c_str());
  }
  std::fflush(stdout);
  const rill::future<> for_ever = rill::create_future<>();
  try {
    co_await for_ever;
  } catch (const rill::cancelled_error&) {
    // Ctrl-C.
  }
  co_await chat::shut_down(server, *room, set.grace);
  co_return 0;
}

extern "C" void pass_on_as_interrupt(int /*signal_number*/) { std::raise(SIGINT); }

std::chrono::nanoseconds seconds(double count) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(count * 1e9));
}

}  // namespace

int main(int count, char** arguments) {
  examples::command_line command(count, arguments, examples::with_backends(usage));
  settings set;
  set.host = command.text("--host", "127.0.0.1");
  set.port = static_cast<std::uint16_t>(command.whole_number("--port", 8000, 0, 65535));
  set.room.idle = seconds(command.number("--idle", 60, 0.001, 1e6));
  set.room.patience = seconds(command.number("--patience", 10, 0.001, 1e6));
  set.room.queue = static_cast<std::size_t>(command.whole_number("--queue", 1000, 8, 1'000'000));
  set.grace = seconds(command.number("--grace", 2, 0, 3600));
  set.room.echo = !command.flag("--no-echo");
  const std::string backend = command.text("--backend", "");
  command.done();
  // A shell that starts a program in the background may have it ignore Ctrl-C.
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, &pass_on_as_interrupt);
  try {
    return rill::run(serve(set), {.backend = backend});
  } catch (const std::invalid_argument& error) {
    command.fail(error.what());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "chat_server: %s\n", error.what());
    return 1;
  }
}
