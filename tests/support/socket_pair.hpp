// SPDX-License-Identifier: BSL-1.0
//
// Connected sockets, and what the socket tests do with them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/net/socket.hpp"

namespace rill_test {

struct connected_pair {
  rill::socket client;
  rill::socket server;
};

inline rill::socket listening(const char* address = "127.0.0.1:0") {
  const rill::socket_address wanted = rill::socket_address::parse(address);
  rill::socket listener(wanted.family(), rill::socket_type::stream);
  listener.set_reuse_address(true);
  listener.bind(wanted);
  listener.listen();
  return listener;
}

inline rill::coro<> connect_to(rill::socket& client, rill::socket_address address) {
  client = rill::socket(address.family(), rill::socket_type::stream);
  co_await client.connect(address);
}

inline rill::coro<connected_pair> make_pair(const char* address = "127.0.0.1:0") {
  rill::socket listener = listening(address);
  rill::socket client;
  auto connecting = rill::create_task(connect_to(client, listener.local_address()));
  rill::socket server = co_await listener.accept();
  co_await connecting;
  connected_pair made{std::move(client), std::move(server)};
  co_return std::move(made);
}

inline rill::coro<std::size_t> receive(const rill::socket& from, std::span<char> data) {
  const std::size_t count = co_await from.recv(data);
  co_return count;
}

inline rill::coro<std::string> receive_to_the_end(const rill::socket& from, std::size_t piece) {
  std::string all;
  std::vector<char> buffer(piece);
  while (true) {
    const std::size_t count = co_await from.recv(std::span<char>(buffer));
    if (count == 0) break;
    all.append(buffer.data(), count);
  }
  co_return all;
}

inline rill::coro<> send_and_end(rill::socket& to, const std::string& text) {
  co_await to.send_all(text);
  to.shutdown(rill::shutdown_side::write);
}

inline std::string pattern(std::size_t size) {
  constexpr std::size_t period = 251;
  std::string text(size, '\0');
  for (std::size_t i = 0; i < std::min(size, period); ++i) {
    text[i] = static_cast<char>(i * 131 % period);
  }
  for (std::size_t done = period; done < size; done *= 2) {
    std::memcpy(text.data() + done, text.data(), std::min(done, size - done));
  }
  return text;
}

template <class Task>
rill::coro<std::error_code> error_of(Task& task) {
  std::error_code code;
  try {
    co_await task;
  } catch (const std::system_error& error) {
    code = error.code();
  }
  co_return code;
}

template <class Task>
rill::coro<bool> was_cancelled(Task& task) {
  bool cancelled = false;
  try {
    co_await task;
  } catch (const rill::cancelled_error&) {
    cancelled = true;
  }
  co_return cancelled;
}

}  // namespace rill_test
