// SPDX-License-Identifier: BSL-1.0
// The echo server on rill's streams: what the comfort of reader, writer and server costs above
// rill_echo. Same command line and closing line.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "rill/rill.hpp"
#include "support/echo_service.h"

namespace {

std::uint64_t messages = 0;
std::size_t buffer_size = 4 * 1024;

rill::coro<> serve(rill::stream_reader reader, rill::stream_writer writer) {
  std::vector<char> buffer(buffer_size);
  try {
    while (true) {
      const std::size_t received = co_await reader.read_into(std::span<char>(buffer));
      if (received == 0) break;
      ++messages;
      writer.write(std::string_view(buffer.data(), received));
      co_await writer.drain();
    }
  } catch (const std::system_error&) {
    // The load generator is gone.
  }
}

rill::coro<> serve_all(const echo_options& options, echo_cpu& start) {
  const int listener = echo_listen(&options);
  rill::socket listening = rill::socket::adopt(listener);
  rill::server server = rill::serve_socket(serve, std::move(listening));
  start = echo_announce(listener);
  co_await server.serve_forever(std::chrono::nanoseconds(0));
}

}  // namespace

int main(int count, char** arguments) {
  const echo_options options = echo_parse(count, arguments, echo_knows_backend);
  if (options.buffer != 0) buffer_size = options.buffer;
  echo_cpu start{};
  try {
    rill::run(serve_all(options, start),
              {.backend = options.backend != nullptr ? options.backend : ""});
  } catch (const rill::interrupted_error&) {
    // How it is ended.
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rill_streams_echo: %s\n", error.what());
    return 1;
  }
  echo_report(messages, start);
  return 0;
}
