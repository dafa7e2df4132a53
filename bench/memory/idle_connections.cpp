// SPDX-License-Identifier: BSL-1.0
// The memory of a process that serves connections on which nothing happens: a server on streams,
// and in a child process the clients, each of which has had one line echoed.
//
//     idle_connections [--connections 10000] [--backend NAME]
#include <arpa/inet.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rill/rill.hpp"

namespace {

struct wishes {
  int connections = 10'000;
  std::string backend;
};

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

void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// The child: connects, has a line echoed on each connection, says so, and waits to be ended.
[[noreturn]] void be_clients(std::uint16_t port, int count, int ready, int end) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int i = 0; i < count; ++i) {
    const int client = ::socket(AF_INET, SOCK_STREAM, 0);
    if (client < 0 || ::connect(client, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0) {
      fail("idle_connections: connecting");
    }
    char answer[16];
    if (::send(client, "hello\n", 6, 0) != 6 || ::recv(client, answer, sizeof answer, 0) != 6) {
      fail("idle_connections: the echo");
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
  std::printf("connections %d, user memory %.0f KiB, each %.2f KiB\n", count, used, used / count);
  server.close();
  server.abort_clients();
  co_await server.wait_closed();
}

}  // namespace

int main(int count, char** arguments) {
  wishes asked;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = arguments[i];
    if (name == "--connections") asked.connections = std::atoi(arguments[i + 1]);
    if (name == "--backend") asked.backend = arguments[i + 1];
  }
  raise_descriptor_limit();
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
    be_clients(ntohs(where.sin_port), asked.connections, ready[1], end[0]);
  }
  ::close(ready[1]);
  rill::loop_options options;
  options.backend = asked.backend;
  const auto serve = [&]() -> rill::coro<> {
    co_await measure(rill::socket::adopt(listener), ready[0], asked.connections);
  };
  rill::run(serve(), std::move(options));
  ::close(end[1]);
  ::waitpid(child, nullptr, 0);
  return 0;
}
