// SPDX-License-Identifier: BSL-1.0
// The memory of a process that serves connections on which nothing happens: a server on streams,
// and in a child process, so that each end has descriptors of its own to take, the clients, each of
// which has had one line echoed.
//
//     idle_connections [--connections 10000] [--backend NAME]
#include <arpa/inet.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rill/rill.hpp"
#include "support/command_line.hpp"

namespace {

constexpr std::string_view usage =
    "usage: idle_connections [--connections N] [--backend NAME]\n"
    "  --connections N  how many (10000)\n"
    "  --backend NAME   on this reactor alone; else on each, in a process of its own";

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

long pages_in_use() {
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  long size = 0;
  long resident = 0;
  if (file == nullptr || std::fscanf(file, "%ld %ld", &size, &resident) != 2) fail("statm");
  std::fclose(file);
  return resident;
}

double kib_in_use() {
  return static_cast<double>(pages_in_use()) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1024;
}

/// As far as it goes; returns how many descriptors that are.
rlim_t raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

int connected_to(std::uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  if (client < 0 || ::connect(client, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0) {
    fail("idle_connections: connecting");
  }
  return client;
}

/// The child: connects, has a line echoed on each connection, says so, and waits to be ended. A
/// hundred at a time, as poll() looks at all of them whenever one has something to say.
[[noreturn]] void be_clients(std::uint16_t port, int count, int ready, int end) {
  for (int left = count; left > 0; left -= 100) {
    std::vector<int> clients;
    for (int i = 0; i < std::min(left, 100); ++i) clients.push_back(connected_to(port));
    for (const int client : clients) {
      if (::send(client, "hello\n", 6, 0) != 6) fail("idle_connections: a line");
    }
    for (const int client : clients) {
      char answer[16];
      if (::recv(client, answer, sizeof answer, 0) != 6) fail("idle_connections: the echo");
    }
  }
  char byte = 'r';
  if (::write(ready, &byte, 1) != 1 || ::read(end, &byte, 1) < 0) fail("idle_connections: pipe");
  std::_Exit(0);
}

rill::coro<> echo_lines(rill::stream_reader reader, rill::stream_writer writer) {
  while (true) {
    const std::string line = co_await reader.readline();
    if (line.empty()) break;
    co_await writer.write_all(line);
  }
}

rill::coro<> measure(rill::socket listening, int ready, int count) {
  const double before = kib_in_use();
  rill::server server = rill::serve_socket(&echo_lines, std::move(listening));
  rill::stream_reader told = rill::connect_read_pipe(ready);
  co_await told.readexactly(1);
  ::malloc_trim(0);
  const double used = kib_in_use() - before;
  const std::string backend(rill::event_loop::running().backend());
  std::printf("%s: connections %d, user memory %.0f KiB, each %.2f KiB, kib=%.3f\n",
              backend.c_str(), count, used, used / count, used / count);
  std::fflush(stdout);
  server.close();
  server.abort_clients();
  co_await server.wait_closed();
}

void measure_on(std::string_view backend, int connections) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  int ready[2];
  int end[2];
  if (listener < 0 || ::bind(listener, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0 ||
      ::listen(listener, 4096) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&where), &size) != 0 ||
      ::pipe(ready) != 0 || ::pipe(end) != 0) {
    fail("idle_connections: setting up");
  }
  const pid_t child = ::fork();
  if (child < 0) fail("idle_connections: fork");
  if (child == 0) {
    ::close(end[1]);
    be_clients(ntohs(where.sin_port), connections, ready[1], end[0]);
  }
  ::close(ready[1]);
  rill::loop_options options;
  options.backend = backend;
  const auto serve = [&]() -> rill::coro<> {
    co_await measure(rill::socket::adopt(listener), ready[0], connections);
  };
  rill::run(serve(), std::move(options));
  ::close(end[1]);
  ::waitpid(child, nullptr, 0);
}

/// In a process whose memory nobody has used before; false if it fails.
bool measured_apart(std::string_view backend, int connections) {
  const pid_t child = ::fork();
  if (child < 0) fail("idle_connections: fork");
  if (child == 0) {
    measure_on(backend, connections);
    std::_Exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status == 0;
}

}  // namespace

int main(int count, char** arguments) {
  examples::command_line line(count, arguments, usage);
  const int connections = line.whole_number("--connections", 10'000, 1, 1'000'000);
  const std::string backend = line.text("--backend", "");
  line.done();
  constexpr int others = 50;  // descriptors of the process that are no connections
  const rlim_t limit = raise_descriptor_limit();
  if (static_cast<rlim_t>(connections + others) > limit) {
    line.fail("the limit of descriptors is " + std::to_string(limit) + ", ask for fewer");
  }
  bool good = true;
  bool known = backend.empty();
  for (const rill::reactor_info& info : rill::available_reactors()) {
    if (!backend.empty() && info.name != backend) continue;
    known = true;
    if (!info.available) {
      std::printf("%s: %s\n", std::string(info.name).c_str(), info.reason.c_str());
      std::fflush(stdout);
    } else {
      good = measured_apart(info.name, connections) && good;
    }
  }
  if (!known) line.fail("there is no reactor '" + backend + "'");
  return good ? 0 : 1;
}
