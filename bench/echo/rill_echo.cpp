// SPDX-License-Identifier: BSL-1.0
// The echo server on rill's sockets, with the command line and the closing line of the raw servers.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <utility>

#include "echo/echo_connection.hpp"
#include "rill/core/create_task.hpp"
#include "rill/loop/run_errors.hpp"
#include "rill/loop/runner.hpp"
#include "rill/net/socket.hpp"
#include "support/echo_service.h"

namespace {

rill::coro<> serve_all(const echo_options& options, std::uint64_t& messages, echo_cpu& start) {
  const std::size_t size = echo_buffer_size(options);
  const int listening = echo_listen(&options);
  const rill::socket listener = rill::socket::adopt(listening);
  start = echo_announce(listening);
  while (true) {
    rill::socket client = co_await listener.accept();
    client.set_read_ahead(true);
    rill::create_task(echo_connection(std::move(client), size, messages)).detach();
  }
}

}  // namespace

int main(int count, char** arguments) {
  const echo_options options = echo_parse(count, arguments, echo_knows_backend);
  std::uint64_t messages = 0;
  echo_cpu start{};
  try {
    rill::run(serve_all(options, messages, start),
              {.backend = options.backend != nullptr ? options.backend : ""});
  } catch (const rill::interrupted_error&) {
    // How it is ended.
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rill_echo: %s\n", error.what());
    return 1;
  }
  echo_report(messages, start);
  return 0;
}
