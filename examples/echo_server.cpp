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
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "rill/rill.hpp"
#include "support/command_line.hpp"

namespace {

using namespace std::chrono_literals;

constexpr std::string_view usage =
    "usage: echo_server [--host ADDRESS] [--port PORT] [--backend NAME] [--threads N]\n"
    "                   [--grace SECONDS] [--list-backends]\n"
    "  --host ADDRESS   where to listen (127.0.0.1)\n"
    "  --port PORT      0 takes any free port (0)\n"
    "  --backend NAME   epoll, io_uring, poll or auto (auto)\n"
    "  --threads N      loops that share the port, a thread each (1)\n"
    "  --grace SECONDS  how long connections may go on at the end (2)";

struct settings {
  rill::socket_address address;
  std::string backend;
  int threads = 1;
  std::chrono::nanoseconds grace{};
};

/// The clients of one loop.
class client_list {
 public:
  void add(rill::task<> client) {
    const std::uint64_t id = client.id();
    client.add_done_callback([this, id] { clients_.erase(id); });
    clients_.emplace(id, std::move(client));
  }

  /// Waits until all have ended; those that are left after `grace` are cancelled.
  rill::coro<> wait_closed(std::chrono::nanoseconds grace) {
    rill::event_loop& loop = rill::event_loop::running();
    const rill::timer_handle limit = loop.call_later(grace, [this] {
      for (auto& [id, client] : clients_) client.cancel("the server is closing");
    });
    while (!clients_.empty()) {
      const rill::task<> client = clients_.begin()->second;
      try {
        co_await client;
      } catch (const rill::cancelled_error&) {
        // It was told to go.
      }
      co_await rill::yield();  // its callback takes it off the list
    }
    limit.cancel();
  }

 private:
  std::unordered_map<std::uint64_t, rill::task<>> clients_;
};

rill::coro<> echo(rill::socket client) {
  std::array<std::byte, 16 * 1024> buffer;
  try {
    while (true) {
      const std::size_t received = co_await client.recv(buffer);
      if (received == 0) break;
      const std::span<const std::byte> message(buffer.data(), received);
      const std::size_t sent = co_await client.send(message);
      if (sent < received) co_await client.send_all(message.subspan(sent));
    }
  } catch (const std::system_error&) {
    // The client has reset the connection: it is gone, and so is its socket.
  }
}

bool is_exhaustion(const std::error_code& error) {
  return error == std::errc::too_many_files_open ||
         error == std::errc::too_many_files_open_in_system || error == std::errc::no_buffer_space ||
         error == std::errc::not_enough_memory;
}

rill::coro<> accept_clients(const rill::socket& listener, client_list& clients) {
  while (true) {
    std::string problem;
    try {
      rill::socket client = co_await listener.accept();
      client.set_no_delay(true);
      clients.add(rill::create_task(echo(std::move(client))));
    } catch (const std::system_error& error) {
      if (!is_exhaustion(error.code())) throw;
      problem = error.what();
    }
    if (problem.empty()) continue;
    // Out of descriptors or memory: the connections wait in the queue of the listener meanwhile.
    std::fprintf(stderr, "echo_server: %s; trying again in a second\n", problem.c_str());
    co_await rill::sleep(1s);
  }
}

rill::socket open_listener(const settings& set) {
  rill::socket listener(set.address.family(), rill::socket_type::stream);
  listener.set_reuse_address(true);
  if (set.threads > 1) listener.set_reuse_port(true);
  listener.bind(set.address);
  listener.listen(4096);
  return listener;
}

/// Serves until `stop` is done or the task is cancelled, then closes in order.
rill::coro<> serve(rill::socket listener, rill::future<> stop, std::chrono::nanoseconds grace) {
  client_list clients;
  auto accepting = rill::create_task(accept_clients(listener, clients));
  accepting.add_done_callback([stop, accepting = rill::any_task(accepting)] {
    if (!accepting.cancelled() && !stop.done()) stop.set_result();  // it has failed
  });
  try {
    co_await stop;
  } catch (const rill::cancelled_error&) {
    // Ctrl-C: goes on below, as when it is told to stop.
  }
  std::exception_ptr failure;
  accepting.cancel();
  try {
    co_await accepting;
  } catch (const rill::cancelled_error&) {
  } catch (...) {
    failure = std::current_exception();
  }
  listener.close();
  co_await clients.wait_closed(grace);
  if (failure) std::rethrow_exception(failure);
}

/// The loops of further threads.
class helpers {
 public:
  helpers(const settings& set, int count) {
    for (int i = 0; i < count; ++i) threads_.emplace_back([this, &set] { run(set); });
  }
  helpers(const helpers&) = delete;
  helpers& operator=(const helpers&) = delete;
  ~helpers() {
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      stopping_ = true;
      for (auto& [loop, stop] : running_) loop->call_soon_threadsafe(stop);
    }
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void run(const settings& set) {
    try {
      rill::run(serve_here(set), {.backend = set.backend});
    } catch (const std::exception& error) {
      std::fprintf(stderr, "echo_server: %s\n", error.what());
    }
  }

  rill::coro<> serve_here(const settings& set) {
    const rill::future<> stop = rill::create_future<>();
    rill::event_loop& loop = rill::event_loop::running();
    enter(loop, stop);
    std::exception_ptr failure;
    try {
      co_await serve(open_listener(set), stop, set.grace);
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard<std::mutex> guard(mutex_);
    running_.erase(&loop);
    if (failure) std::rethrow_exception(failure);
  }

  void enter(rill::event_loop& loop, const rill::future<>& stop) {
    const std::lock_guard<std::mutex> guard(mutex_);
    // Copied and called on the loop's own thread only; here it is but an address.
    running_.emplace(&loop, [raw = std::make_shared<rill::future<>>(stop)] {
      if (!raw->done()) raw->set_result();
    });
    if (stopping_) stop.set_result();
  }

  std::mutex mutex_;
  bool stopping_ = false;
  std::unordered_map<rill::event_loop*, std::function<void()>> running_;
  std::vector<std::thread> threads_;
};

rill::coro<int> serve_all(settings set) {
  rill::socket listener = open_listener(set);
  set.address = listener.local_address();
  std::printf("listening on %s (backend %s)\n", set.address.to_string().c_str(),
              std::string(rill::event_loop::running().backend()).c_str());
  std::fflush(stdout);
  const helpers others(set, set.threads - 1);
  co_await serve(std::move(listener), rill::create_future<>(), set.grace);
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
  const std::string host = command.text("--host", "127.0.0.1");
  const int port = command.whole_number("--port", 0, 0, 65535);
  set.backend = command.text("--backend", "");
  set.threads = command.whole_number("--threads", 1, 1, 256);
  set.grace = std::chrono::nanoseconds(
      static_cast<std::int64_t>(command.number("--grace", 2, 0, 3600) * 1e9));
  command.done();
  const std::optional<rill::ip_address> address = rill::ip_address::try_parse(host);
  if (!address) command.fail("--host needs an IP address, not '" + host + "'");
  set.address = rill::socket_address(*address, static_cast<std::uint16_t>(port));
  // A shell that starts a program in the background may have it ignore Ctrl-C.
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, &pass_on_as_interrupt);
  try {
    return rill::run(serve_all(set), {.backend = set.backend});
  } catch (const std::invalid_argument& error) {
    command.fail(error.what());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "echo_server: %s\n", error.what());
    return 1;
  }
}
