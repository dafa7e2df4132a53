// SPDX-License-Identifier: BSL-1.0
// The examples on the pages about transports and protocols over streams.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "docs/this_platform.hpp"
#include "rill/rill.hpp"

namespace {

using namespace std::chrono_literals;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("protocols: %s\n", what);
  std::exit(1);
}

// [echo_protocol]
class echo_protocol : public rill::protocol {
 public:
  void connection_made(std::shared_ptr<rill::transport> made) override {
    transport_ = std::move(made);
  }
  void data_received(std::string_view data) override { transport_->write(data); }
  // A client that does not read must not fill our memory: as long as the answers wait, so does it.
  void pause_writing() override { transport_->pause_reading(); }
  void resume_writing() override { transport_->resume_reading(); }

 private:
  std::shared_ptr<rill::transport> transport_;
};

rill::coro<rill::server> serve_echo() {
  const auto factory = [] { return std::make_shared<echo_protocol>(); };
  rill::server server = co_await rill::create_server(factory, "127.0.0.1", 0);
  co_return std::move(server);
}
// [/echo_protocol]

// [whole_answer]
class whole_answer : public rill::protocol {
 public:
  explicit whole_answer(std::string question) : question_(std::move(question)) {}

  void connection_made(std::shared_ptr<rill::transport> made) override {
    made->write(question_);
    made->write_eof();
  }
  void data_received(std::string_view data) override { text_ += data; }
  // The one call that comes on every path: end, reset, or a close of our own.
  void connection_lost(std::exception_ptr error) override {
    if (answer.done()) return;
    if (error) {
      answer.set_exception(error);
    } else {
      answer.set_result(std::move(text_));
    }
  }

  rill::future<std::string> answer = rill::event_loop::running().create_future<std::string>();

 private:
  std::string question_;
  std::string text_;
};

rill::coro<std::string> ask(std::uint16_t port, std::string question) {
  const auto factory = [&question] { return std::make_shared<whole_answer>(question); };
  auto [transport, protocol] = co_await rill::create_connection(factory, "127.0.0.1", port);
  std::string answer = co_await protocol->answer;
  co_return std::move(answer);
}
// [/whole_answer]

// [streams_over_a_transport]
rill::coro<std::string> first_line(std::shared_ptr<rill::transport> over) {
  auto [reader, writer] = rill::open_streams(std::move(over));
  co_await writer.write_all("one\ntwo\n");
  std::string line = co_await reader.readline();
  writer.close();
  co_await writer.wait_closed();
  co_return std::move(line);
}
// [/streams_over_a_transport]

// [sendfile]
/// Answers each line that comes with a file.
class file_protocol : public rill::protocol {
 public:
  explicit file_protocol(std::string path) : path_(std::move(path)) {}

  void connection_made(std::shared_ptr<rill::transport> made) override {
    transport_ = std::move(made);
  }
  void data_received(std::string_view) override {
    transport_->pause_reading();  // one answer at a time
    rill::create_task(answer(transport_, path_)).detach();
  }

 private:
  static rill::coro<> answer(std::shared_ptr<rill::transport> to, std::string path) {
    rill::file document = co_await rill::open_file(path);
    co_await rill::sendfile(to, document);
    to->resume_reading();
  }

  std::shared_ptr<rill::transport> transport_;
  std::string path_;
};
// [/sendfile]

// [pipe_protocol]
class counter : public rill::protocol {
 public:
  void data_received(std::string_view data) override { bytes += data.size(); }
  void connection_lost(std::exception_ptr) override { ended.set(); }

  std::size_t bytes = 0;
  rill::event ended;
};

rill::coro<std::size_t> count_bytes(rill::native_handle end_of_a_pipe) {
  const auto factory = [] { return std::make_shared<counter>(); };
  auto [transport, protocol] = co_await rill::connect_read_pipe(factory, end_of_a_pipe);
  co_await protocol->ended.wait();
  co_return protocol->bytes;
}
// [/pipe_protocol]

rill::coro<> pipes() {
  auto [one, other] = rill::socket_pair();
  auto counting = rill::create_task(count_bytes(one.release()));
  co_await other.send_all("12345");
  other.close();
  const std::size_t counted = co_await counting;
  expect(counted == 5, "pipe_protocol");
}

rill::coro<> files() {
  const std::string path = docs::scratch_name("-document");
  rill::file document =
      co_await rill::open_file(path, rill::open_mode::write | rill::open_mode::exclusive);
  co_await document.write_all("a document");
  co_await document.close();
  auto [one, other] = rill::socket_pair();
  const auto factory = [&path] { return std::make_shared<file_protocol>(path); };
  auto [transport, protocol] = co_await rill::create_connection(factory, std::move(one));
  std::string answer(10, ' ');
  co_await other.send_all("please");
  co_await other.recv_all(answer);
  std::remove(path.c_str());
  expect(answer == "a document", "sendfile");
}

rill::coro<> all() {
  co_await pipes();
  co_await files();
  rill::server server = co_await serve_echo();
  const std::string answer = co_await ask(server.port(), "hello");
  expect(answer == "hello", "ask");
  rill::socket connected = co_await rill::connect_tcp("127.0.0.1", server.port());
  const auto echo = [] { return std::make_shared<echo_protocol>(); };
  auto [transport, protocol] = co_await rill::create_connection(echo, std::move(connected));
  const std::string line = co_await first_line(transport);
  expect(line == "one\n", "streams over a transport");
  co_await server.shutdown(1s);
}

}  // namespace

int main() { rill::run(all()); }
