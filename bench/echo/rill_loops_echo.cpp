// SPDX-License-Identifier: BSL-1.0
// The echo server on several loops, each in a thread of its own with a listener of its own: the
// kernel spreads the connections. Command line and closing line as rill_echo, and --loops N (2).
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <utility>
#include <vector>

#include "echo/echo_connection.hpp"
#include "rill/rill.hpp"
#include "support/echo_service.h"

namespace {

rill::coro<> serve_all(int listening, std::size_t size, std::uint64_t* messages) {
  const rill::socket listener = rill::socket::adopt(listening);
  while (true) {
    rill::socket client = co_await listener.accept();
    client.set_read_ahead(true);
    rill::create_task(echo_connection(std::move(client), size, *messages)).detach();
  }
}

/// What one loop counts, in a cache line of its own.
struct alignas(64) counter {
  std::uint64_t messages = 0;
};

/// Until a signal says that it is over.
void wait_for_signal(int signals) {
  pollfd polled{signals, POLLIN, 0};
  while (::poll(&polled, 1, -1) < 0 && errno == EINTR) {
  }
}

}  // namespace

int main(int count, char** arguments) {
  const echo_options options = echo_parse(count, arguments, echo_knows_backend | echo_knows_loops);
  const std::size_t loops = options.loops != 0 ? options.loops : 2;
  // Before there are threads, so that none of them gets the signals.
  const int signals = echo_stop_descriptor(options.seconds);
  std::vector<counter> counters(loops);
  echo_cpu start{};
  try {
    rill::loop_pool pool(
        {.loops = loops, .backend = options.backend != nullptr ? options.backend : ""});
    const int reserved = echo_reserve(options.port);
    const std::uint16_t port = echo_port(reserved);
    std::vector<rill::executor_future<>> serving;
    for (std::size_t i = 0; i < loops; ++i) {
      serving.push_back(pool[i].submit(serve_all, echo_listen_shared(port),
                                       echo_buffer_size(options), &counters[i].messages));
    }
    start = echo_announce(reserved);
    wait_for_signal(signals);
    pool.stop();
    ::close(reserved);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rill_loops_echo: %s\n", error.what());
    return 1;
  }
  std::uint64_t messages = 0;
  for (const counter& each : counters) messages += each.messages;
  echo_report(messages, start);
  return 0;
}
