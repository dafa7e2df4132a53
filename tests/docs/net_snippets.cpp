// SPDX-License-Identifier: BSL-1.0
//
// The examples on the pages of the net layer that came after reference_snippets.cpp.
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <utility>

#include "rill/rill.hpp"

namespace {

void expect(bool right, const char* what) {
  if (right) return;
  std::fprintf(stderr, "wrong: %s\n", what);
  std::exit(1);
}

// [sock_calls]
rill::coro<std::string> ask_through(rill::native_handle handle, std::string question) {
  rill::event_loop& loop = rill::event_loop::running();
  co_await rill::sock_sendall(loop, handle, question);
  std::string answer = co_await rill::sock_recv(loop, handle, 1024);
  co_return std::move(answer);
}
// [/sock_calls]

rill::coro<> echo_once(const rill::socket& listener) {
  const rill::socket client = co_await listener.accept();
  std::string room(64, '\0');
  const std::size_t count = co_await client.recv(std::span<char>(room));
  co_await client.send_all(std::string_view(room).substr(0, count));
}

rill::coro<> sock_calls() {
  rill::socket listener(rill::address_family::ipv4, rill::socket_type::stream);
  listener.bind(rill::socket_address::parse("127.0.0.1:0"));
  listener.listen();
  auto serving = rill::create_task(echo_once(listener));
  const rill::socket client = co_await rill::connect_tcp(listener.local_address());
  const std::string answer = co_await ask_through(client.native(), "question");
  expect(answer == "question", "sock_calls");
  co_await serving;
}

}  // namespace

int main() { rill::run(sock_calls()); }
