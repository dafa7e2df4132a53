// SPDX-License-Identifier: BSL-1.0
// The examples of the reference pages of pipe, memory_stream, check_stream, and of reading and
// sending without copies.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "docs/this_platform.hpp"
#include "rill/rill.hpp"
#include "rill/testing.hpp"

namespace {

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("stream kinds: %s\n", what);
  std::exit(1);
}

rill::coro<> through_a_pipe() {
  // [pipe]
  auto [reader, writer] = rill::open_pipe();
  co_await writer.write_all("one line\n");
  writer.close();
  const std::string line = co_await reader.readline();
  // [/pipe]
  expect(line == "one line\n", "pipe");
}

// [memory]
rill::coro<> answer_once(rill::stream_reader reader, rill::stream_writer writer) {
  const std::string question = co_await reader.readline();
  co_await writer.write_all(question == "ping\n" ? "pong\n" : "what?\n");
}

rill::coro<> test_of_the_answer() {
  rill::connection_pair pair = rill::memory_stream_pair();
  auto serving =
      rill::create_task(answer_once(std::move(pair.second.reader), std::move(pair.second.writer)));
  pair.first.writer.write("ping\n");
  const std::string answer = co_await pair.first.reader.read();
  expect(answer == "pong\n", "the answer");
  co_await serving;
}
// [/memory]

// [check]
rill::coro<rill::connection_pair> make_pair() { co_return rill::memory_stream_pair(100); }

rill::coro<> check_my_streams() { co_await rill::testing::check_stream(make_pair); }
// [/check]

// [peek]
/// Messages that begin with their length, as two digits.
rill::coro<std::string> read_message(rill::stream_reader& reader) {
  const std::string_view head = co_await reader.peek(2);
  if (head.size() < 2) co_return std::string();  // the end of the stream
  const std::size_t size = static_cast<std::size_t>((head[0] - '0') * 10 + (head[1] - '0'));
  const std::string_view whole = co_await reader.peek(2 + size);
  std::string message(whole.substr(2, size));
  reader.consume(2 + message.size());
  co_return message;
}
// [/peek]

// [send_all]
rill::coro<> send_page(rill::stream_writer& writer, std::string_view page) {
  const std::string head = "length " + std::to_string(page.size()) + "\n";
  const std::span<const std::byte> pieces[] = {std::as_bytes(std::span(head)),
                                               std::as_bytes(std::span(page))};
  co_await writer.send_all(pieces);
}
// [/send_all]

// [send_file]
/// Answers with a file: its size, a line to itself, and its bytes.
rill::coro<> send_document(rill::stream_writer& writer, std::string path) {
  rill::file document = co_await rill::open_file(path);
  const std::int64_t size = co_await document.size();
  writer.write(std::to_string(size) + "\n");
  if (size > 0) co_await writer.send_file(document, 0, size);
  writer.write("end\n");
}
// [/send_file]

rill::coro<> with_a_file() {
  const std::string path = docs::scratch_name("-document");
  rill::file document =
      co_await rill::open_file(path, rill::open_mode::write | rill::open_mode::exclusive);
  co_await document.write_all("a document\n");
  co_await document.close();
  rill::connection_pair pair = rill::memory_stream_pair();
  co_await send_document(pair.first.writer, path);
  pair.first.writer.write_eof();
  const std::string all = co_await pair.second.reader.read();
  std::remove(path.c_str());
  expect(all == "11\na document\nend\n", "send_file");
}

rill::coro<> without_copies() {
  rill::connection_pair pair = rill::memory_stream_pair();
  pair.first.writer.write("05hello");
  const std::string message = co_await read_message(pair.second.reader);
  expect(message == "hello", "peek");
  const std::string page(100'000, 'p');
  auto sending = rill::create_task(send_page(pair.first.writer, page));
  const std::string head = co_await pair.second.reader.readline();
  const std::string body = co_await pair.second.reader.readexactly(100'000);
  co_await sending;
  expect(head == "length 100000\n" && body == page, "send_all");
}

rill::coro<> all() {
  co_await through_a_pipe();
  co_await test_of_the_answer();
  co_await check_my_streams();
  co_await without_copies();
  co_await with_a_file();
}

}  // namespace

int main() { rill::run(all()); }
