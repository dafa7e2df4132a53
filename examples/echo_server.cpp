// SPDX-License-Identifier: BSL-1.0
// An echo server: what a client sends, it gets back. One loop per thread, all on one port. Ctrl-C
// or SIGTERM ends it: the listeners first, then the connections within one grace period.
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <future>
#include <list>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "rill/rill.hpp"
#include "support/command_line.hpp"

namespace {

constexpr std::string_view usage =
    "usage: echo_server [--host HOST] [--port PORT] [--backend NAME] [--threads N]\n"
    "                   [--grace SECONDS] [--list-backends]\n"
    "  --host HOST      where to listen: an address or a name (127.0.0.1)\n"
    "  --port PORT      0 takes any free port (0)\n"
    "  --backend NAME   epoll, io_uring, kqueue, poll or auto (auto)\n"
    "  --threads N      loops that share the port, a thread each (1)\n"
    "  --grace SECONDS  how long connections may go on at the end (2)";

struct settings {
  std::string host;
  std::uint16_t port = 0;
  std::string backend;
  int threads = 1;
  std::chrono::nanoseconds grace{};
};

rill::server_options options_of(const settings& set) {
  rill::server_options options;
  options.backlog = 4096;
  options.reuse_port = set.threads > 1;
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

/// Listens where another loop does and serves until it is told to stop.
rill::coro<> help(const settings& set, const std::vector<rill::socket_address>& addresses,
                  std::stop_token stop, std::promise<void>& listening) {
  std::list<rill::server> servers;
  for (const rill::socket_address& address : addresses) {
    rill::server server = co_await rill::start_server(echo, address, options_of(set));
    servers.push_back(std::move(server));
  }
  const rill::future<> told = rill::create_future<>();
  rill::event_loop& loop = rill::event_loop::running();
  const auto tell = [&loop, &told] { loop.call_soon_threadsafe([&told] { told.set_result(); }); };
  const std::stop_callback stopping(stop, tell);
  listening.set_value();
  co_await told;
  std::vector<rill::task<>> ends;
  for (rill::server& server : servers) {
    ends.push_back(rill::create_task(server.shutdown(set.grace)));
  }
  for (const rill::task<>& end : ends) co_await end;
}

/// As std::jthread, which not every standard library has.
class helper_thread {
 public:
  helper_thread(std::thread thread, std::stop_source stop)
      : thread_(std::move(thread)), stop_(std::move(stop)) {}
  helper_thread(helper_thread&&) = default;
  helper_thread& operator=(helper_thread&&) = delete;
  ~helper_thread() {
    if (!thread_.joinable()) return;
    stop_.request_stop();
    thread_.join();
  }
  void request_stop() { stop_.request_stop(); }

 private:
  std::thread thread_;
  std::stop_source stop_;
};

/// A thread with a loop of its own, which has begun to listen when this returns. Its destructor
/// ends it and waits for that.
helper_thread start_helper(const settings& set,
                           const std::vector<rill::socket_address>& addresses) {
  std::promise<void> listening;
  std::future<void> ready = listening.get_future();
  const auto work = [&set, &addresses](std::stop_token stop, std::promise<void> begun) {
    try {
      rill::run(help(set, addresses, stop, begun), {.backend = set.backend});
    } catch (...) {
      begun.set_exception(std::current_exception());
    }
  };
  const std::stop_source stop;
  helper_thread thread(std::thread(work, stop.get_token(), std::move(listening)), stop);
  ready.get();
  return thread;
}

rill::coro<int> serve(const settings& set) {
  rill::server server = co_await rill::start_server(echo, set.host, set.port, options_of(set));
  const std::vector<rill::socket_address> addresses = server.addresses();
  std::vector<helper_thread> helpers;
  while (static_cast<int>(helpers.size()) + 1 < set.threads) {
    helpers.push_back(start_helper(set, addresses));
  }
  const std::string backend(rill::event_loop::running().backend());
  for (const rill::socket_address& address : addresses) {
    std::printf("listening on %s (backend %s)\n", address.to_string().c_str(), backend.c_str());
  }
  std::fflush(stdout);
  const rill::future<> for_ever = rill::create_future<>();
  try {
    co_await for_ever;
  } catch (const rill::cancelled_error&) {
    // Ctrl-C.
  }
  for (helper_thread& helper : helpers) helper.request_stop();
  co_await server.shutdown(set.grace);
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
  examples::command_line command(count, arguments, usage);
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
    return rill::run(serve(set), {.backend = set.backend});
  } catch (const std::invalid_argument& error) {
    command.fail(error.what());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "echo_server: %s\n", error.what());
    return 1;
  }
}
