// SPDX-License-Identifier: BSL-1.0
//
// The examples on the pages of the net layer that came after reference_snippets.cpp.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
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

void write_limits() {
  // [write_limits]
  const rill::write_limits limits = rill::write_limits::of(256 * 1024, {});
  expect(limits.low == 64 * 1024, "write_limits");
  // [/write_limits]
}

// [datagrams]
rill::coro<> answer_one(rill::datagram_endpoint& server) {
  const rill::datagram question = co_await server.recv();
  co_await server.send_to("you said " + question.data, question.sender);
}

rill::coro<std::string> ask_by_datagram(std::uint16_t port, std::string question) {
  rill::datagram_endpoint client = co_await rill::open_datagram_endpoint("127.0.0.1", port);
  co_await client.send(question);
  // Datagrams get lost: never wait for one without a limit.
  rill::datagram answer = co_await rill::wait_for(client.recv(), std::chrono::seconds(5));
  co_return std::move(answer.data);
}
// [/datagrams]

// [datagram_protocol]
class echo_datagrams : public rill::datagram_protocol {
 public:
  void connection_made(std::shared_ptr<rill::datagram_transport> made) override {
    transport_ = std::move(made);
  }
  void datagram_received(std::string_view data, const rill::socket_address& sender) override {
    transport_->sendto(data, sender);
  }

 private:
  std::shared_ptr<rill::datagram_transport> transport_;
};

rill::coro<std::shared_ptr<rill::datagram_transport>> echo_at(rill::socket_address local) {
  const auto factory = [] { return std::make_shared<echo_datagrams>(); };
  const rill::datagram_options options{.local = local};
  auto [transport, protocol] = co_await rill::create_datagram_endpoint(factory, options);
  co_return transport;
}
// [/datagram_protocol]

rill::coro<> datagrams() {
  const rill::datagram_options options{.local = rill::socket_address::parse("127.0.0.1:0")};
  rill::datagram_endpoint server = co_await rill::open_datagram_endpoint(options);
  auto answering = rill::create_task(answer_one(server));
  const std::string answer = co_await ask_by_datagram(server.local_address().port(), "hello");
  expect(answer == "you said hello", "datagrams");
  co_await answering;
  const auto echo = co_await echo_at(options.local);
  const std::string same = co_await ask_by_datagram(echo->local_address().port(), "echo");
  expect(same == "echo", "datagram_protocol");
  echo->close();
}

// [file]
// The number of lines that hold a word, put down at the end of another file.
rill::coro<int> count_lines(std::string path, std::string word, std::string result) {
  rill::file from = co_await rill::open_file(path);
  int found = 0;
  while (auto line = co_await from.next_line()) {
    if (line->find(word) != std::string::npos) ++found;
  }
  const auto mode = rill::open_mode::append | rill::open_mode::create;
  rill::file to = co_await rill::open_file(result, mode);
  co_await to.write_all(word + ": " + std::to_string(found) + "\n");
  co_await to.close();
  co_return found;
}
// [/file]

rill::coro<> files() {
  const std::filesystem::path folder = std::filesystem::temp_directory_path();
  const std::string unique = std::to_string(reinterpret_cast<std::uintptr_t>(&folder));
  const std::string text = (folder / ("rill-text-" + unique)).string();
  const std::string result = (folder / ("rill-result-" + unique)).string();
  std::ofstream(text) << "a loop\na task\nanother loop";
  const int found = co_await count_lines(text, "loop", result);
  std::string line;
  {
    std::ifstream written(result);
    std::getline(written, line);
  }
  std::filesystem::remove(text);
  std::filesystem::remove(result);
  expect(found == 2 && line == "loop: 2", "file");
}

}  // namespace

int main() {
  rill::run(sock_calls());
  rill::run(files());
  write_limits();
  rill::run(datagrams());
}
