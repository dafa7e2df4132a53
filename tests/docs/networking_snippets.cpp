// SPDX-License-Identifier: BSL-1.0
//
// The examples of the guide's chapter on networking.
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "docs/this_platform.hpp"
#include "rill/rill.hpp"

namespace {

using namespace std::chrono_literals;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("networking: %s\n", what);
  std::exit(1);
}

// [echo]
rill::coro<> echo(rill::stream_reader reader, rill::stream_writer writer) {
  while (auto line = co_await reader.next_line()) co_await writer.write_all(*line);
}

rill::coro<> serve(std::uint16_t port) {
  rill::server server = co_await rill::start_server(echo, "localhost", port);
  for (const auto& address : server.addresses()) std::puts(address.to_string().c_str());
  co_await server.serve_forever();
}
// [/echo]

// [main]
int run_server() {
  try {
    rill::run(serve(8000));
  } catch (const rill::interrupted_error&) {
    std::puts("good bye");  // Ctrl-C; listeners and connections are closed
  }
  return 0;
}
// [/main]

// [client]
rill::coro<std::string> ask(std::string host, std::uint16_t port, std::string question) {
  auto [reader, writer] = co_await rill::open_connection(host, port);
  co_await writer.write_all(question + "\n");
  std::string answer = co_await reader.readline();
  co_return answer;  // the connection is closed with its writer
}
// [/client]

// [careful]
rill::coro<> careful(rill::stream_reader reader, rill::stream_writer writer) {
  bool goes_on = true;
  while (goes_on) {
    std::string answer;
    try {
      auto line = co_await rill::wait_for(reader.next_line(), 60s);
      if (!line) co_return;  // the client has said all
      answer = std::move(*line);
    } catch (const rill::limit_overrun_error&) {
      answer = "too long; try again\n";  // the line is gone, the next one is intact
    } catch (const rill::timeout_error&) {
      answer = "too slow; good bye\n";
      goes_on = false;
    }
    co_await writer.write_all(answer);
  }
}
// [/careful]

// [frame]
rill::coro<std::string> read_frame(rill::stream_reader& reader) {
  const std::string head = co_await reader.readexactly(2);
  const auto high = static_cast<unsigned char>(head[0]);
  const auto low = static_cast<unsigned char>(head[1]);
  std::string body = co_await reader.readexactly(high * 256 + low);
  co_return body;
}
// [/frame]

// [close]
rill::coro<> send_report(rill::stream_writer writer, std::vector<std::string> lines) {
  for (const std::string& line : lines) {
    writer.write(line);       // never waits: it queues
    co_await writer.drain();  // waits while the peer is slow to take it
  }
  writer.close();  // what is queued still goes out
  try {
    co_await writer.wait_closed();
  } catch (const std::system_error& error) {
    std::printf("not all of it has arrived: %s\n", error.what());
  }
}
// [/close]

// [half]
rill::coro<std::string> convert(rill::connection to, std::string text) {
  co_await to.writer.write_all(text);
  to.writer.write_eof();                              // "that is all"
  std::string converted = co_await to.reader.read();  // up to the end
  co_return converted;
}
// [/half]

rill::coro<> serves() {
  // [server]
  rill::server_options options;
  options.max_clients = 1000;  // others wait to be accepted
  options.limit = 4 * 1024;    // of a line
  rill::server server = co_await rill::start_server(careful, "127.0.0.1", 0, options);
  // [/server]
  const std::string hello = co_await ask("127.0.0.1", server.port(), "hello");
  expect(hello == "hello\n", "careful");
  const std::string late = co_await ask("localhost", server.port(), std::string(5000, 'x'));
  expect(late == "too long; try again\n", "limit");
  rill::connection idle = co_await rill::open_connection("127.0.0.1", server.port());
  // [shutdown]
  co_await server.shutdown(100ms);
  // [/shutdown]
  expect(server.client_count() == 0, "shutdown");
  const std::string end = co_await idle.reader.read();
  expect(end.empty(), "idle client");
}

rill::coro<> refused(std::uint16_t port) {
  std::string seen;
  // [refused]
  try {
    co_await ask("localhost", port, "anybody there?");
  } catch (const rill::connect_error& error) {
    for (const rill::connect_attempt& attempt : error.attempts()) {
      seen += attempt.address.to_string() + ": " + attempt.error.message() + "\n";
    }
  }
  // [/refused]
  expect(!seen.empty(), "refused");
}

// [resolver]
class one_host : public rill::resolver {
 public:
  rill::coro<std::vector<rill::socket_address>> resolve(std::string, std::uint16_t port,
                                                        rill::address_family) override {
    std::vector<rill::socket_address> known(1, rill::socket_address::parse("127.0.0.1:0"));
    known.front() = rill::socket_address(known.front().ip(), port);
    co_return known;
  }
};
// [/resolver]

/// Windows before 10 has none, nor has Wine.
bool has_unix_sockets() {
  try {
    const rill::socket probe(rill::address_family::unix_socket, rill::socket_type::stream);
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

rill::coro<> by_unix_socket(std::string path) {
  // [unix]
  rill::server server = co_await rill::start_unix_server(echo, path);
  auto [reader, writer] = co_await rill::open_unix_connection(path);
  // [/unix]
  co_await writer.write_all("by file\n");
  const std::string line = co_await reader.readline();
  expect(line == "by file\n", "unix");
}

// [datagram]
rill::coro<> answer_datagrams(rill::datagram_endpoint& at) {
  while (true) {
    const rill::datagram got = co_await at.recv(1500);
    if (got.truncated) continue;  // longer than we want to know
    co_await at.send_to(got.data, got.sender);
  }
}

rill::coro<std::string> ping(std::string host, std::uint16_t port) {
  rill::datagram_endpoint client = co_await rill::open_datagram_endpoint(host, port);
  co_await client.send("ping");
  // Datagrams get lost: never wait for one without a limit.
  rill::datagram answer = co_await rill::wait_for(client.recv(), 5s);
  co_return std::move(answer.data);
}
// [/datagram]

rill::coro<> datagrams() {
  // [bound]
  rill::datagram_options options;
  options.local = rill::socket_address::parse("127.0.0.1:0");
  rill::datagram_endpoint server = co_await rill::open_datagram_endpoint(options);
  // [/bound]
  auto answering = rill::create_task(answer_datagrams(server));
  const std::string answer = co_await ping("127.0.0.1", server.local_address().port());
  expect(answer == "ping", "datagram");
  answering.cancel();
  co_await rill::wait(std::vector<rill::task<>>(1, answering));
}

// [protocol]
class echo_protocol : public rill::protocol {
 public:
  void connection_made(std::shared_ptr<rill::transport> made) override {
    transport_ = std::move(made);
  }
  void data_received(std::string_view data) override { transport_->write(data); }
  // As long as our answers wait for a client that does not read, we do not read from it.
  void pause_writing() override { transport_->pause_reading(); }
  void resume_writing() override { transport_->resume_reading(); }

 private:
  std::shared_ptr<rill::transport> transport_;
};

rill::coro<rill::server> serve_by_callbacks(std::uint16_t port) {
  const auto factory = [] { return std::make_shared<echo_protocol>(); };
  rill::server server = co_await rill::create_server(factory, "127.0.0.1", port);
  co_return server;
}
// [/protocol]

rill::coro<> by_callbacks() {
  rill::server server = co_await serve_by_callbacks(0);
  const std::string answer = co_await ask("127.0.0.1", server.port(), "called back");
  expect(answer == "called back\n", "protocol");
  co_await server.shutdown(100ms);
}

// [standard]
rill::coro<> count_lines() {
  rill::stream_reader input = co_await rill::open_standard_input();
  rill::stream_writer output = co_await rill::open_standard_output();
  int count = 0;
  while (auto line = co_await input.next_line()) ++count;
  co_await output.write_all(std::to_string(count) + " lines\n");
  co_await output.flush();
}
// [/standard]

// [file]
rill::coro<> note(std::string path, std::string text) {
  const auto mode = rill::open_mode::append | rill::open_mode::create;
  rill::file log = co_await rill::open_file(path, mode);
  co_await log.write_all(text + "\n");
  co_await log.close();
}
// [/file]

// [send_file]
rill::coro<> hand_out(rill::stream_writer& writer, std::string path) {
  rill::file document = co_await rill::open_file(path);
  const std::int64_t size = co_await document.size();
  writer.write(std::to_string(size) + "\n");
  co_await writer.send_file(document, 0, size);  // behind what was written before
}
// [/send_file]

// [fifo]
rill::coro<std::string> next_command(std::string path) {
  rill::stream_reader commands = co_await rill::open_fifo_reader(path);
  std::string command = co_await commands.readline();
  co_return command;
}
// [/fifo]

rill::coro<> give_command(std::string path) {
  rill::stream_writer commands = co_await rill::open_fifo_writer(path);
  co_await commands.write_all("stop\n");
  commands.close();
  co_await commands.wait_closed();
}

rill::coro<> named_in(std::string folder) {
  co_await note(folder + "/log", "one");
  co_await note(folder + "/log", "two");
  auto [one, other] = rill::socket_pair();
  rill::connection from(std::move(one));
  rill::connection to(std::move(other));
  co_await hand_out(from.writer, folder + "/log");
  from.writer.close();
  const std::string sent = co_await to.reader.read();
  expect(sent == "8\none\ntwo\n", "send_file");
  const std::string fifo = docs::make_fifo(folder);
  const auto giving = rill::create_task(give_command(fifo));
  const std::string command = co_await next_command(fifo);
  expect(command == "stop\n", "fifo");
  co_await giving;
}

rill::coro<> files_and_pipes() {
  const std::string folder = docs::scratch_name("-guide");
  std::filesystem::create_directory(folder);
  co_await named_in(folder);
  std::filesystem::remove_all(folder);
}

rill::coro<> tested() {
  // [fed]
  rill::stream_reader reader;
  reader.feed_data(std::string_view("\0\3abc", 5));
  const std::string frame = co_await read_frame(reader);
  // [/fed]
  expect(frame == "abc", "fed");
  // [pair]
  auto [client, served] = rill::memory_stream_pair();
  const auto serving = rill::create_task(echo(std::move(served.reader), std::move(served.writer)));
  const std::string echoed = co_await convert(std::move(client), "to and fro\n");
  // [/pair]
  expect(echoed == "to and fro\n", "pair");
  co_await serving;
}

rill::coro<> reports() {
  auto [one, other] = rill::socket_pair();
  rill::connection from(std::move(one));
  rill::connection to(std::move(other));
  std::vector<std::string> lines{"one\n", "two\n"};
  const auto sending = rill::create_task(send_report(std::move(from.writer), lines));
  const std::string all = co_await to.reader.read();
  expect(all == "one\ntwo\n", "close");
  co_await sending;
}

rill::coro<> all() {
  co_await serves();
  rill::server server = co_await rill::start_server(echo, "127.0.0.1", 0);
  one_host names;
  rill::connection_options options;
  options.connect.names = &names;
  rill::connection found = co_await rill::open_connection("any.name", server.port(), options);
  found.writer.close();
  const std::uint16_t port = server.port();
  co_await server.shutdown(1s);
  co_await refused(port);
  if (has_unix_sockets()) co_await by_unix_socket(docs::scratch_name(".socket"));
  co_await datagrams();
  co_await by_callbacks();
  co_await count_lines();
  co_await files_and_pipes();
  co_await tested();
  co_await reports();
}

void interrupted() {
  rill::runner runner;
  runner.loop().call_later(20ms, [] { std::raise(SIGINT); });
  bool told = false;
  try {
    runner.run(serve(0));
  } catch (const rill::interrupted_error&) {
    told = true;
  }
  expect(told, "serve");
}

}  // namespace

int main(int count, char**) {
  if (count > 1) return run_server();
  // Whatever the test has given us; a file in place of it.
  if (std::freopen(docs::empty_file(), "r", stdin) == nullptr) return 1;
  rill::run(all());
  interrupted();
}
