// SPDX-License-Identifier: BSL-1.0
// The examples of the reference pages of exec, and of executor.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "docs/this_platform.hpp"
#include "rill/rill.hpp"

namespace {

using namespace std::chrono_literals;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("reference, exec: %s\n", what);
  std::exit(1);
}

// [executor]
class inline_executor final : public rill::executor {
 public:
  void execute(rill::job work) override { work.run(); }
};
// [/executor]

// [exec_errors]
std::string outcome_of(const rill::executor_future<int>& job) {
  try {
    return std::to_string(job.result());
  } catch (const rill::broken_executor& error) {
    return error.what();  // not the job's fault
  }
}
// [/exec_errors]

// [executor_future]
rill::coro<int> twice(rill::executor_future<int> job) {
  const int& seen = co_await job;
  co_return seen * 2;
}
// [/executor_future]

// [submit]
int count_until_stopped(const std::stop_token& stop, int most) {
  int count = 0;
  while (count != most && !stop.stop_requested()) ++count;
  return count;
}

int count_elsewhere(rill::executor& where) {
  const rill::executor_future<int> counted = rill::submit(where, count_until_stopped, 1000);
  return counted.result();
}
// [/submit]

std::string read_whole(const std::string& name) { return "all of " + name; }

// [thread_pool_executor]
rill::coro<std::size_t> sizes_of(std::vector<std::string> names) {
  const auto body = [&names](rill::thread_pool_executor& pool) -> rill::coro<std::size_t> {
    std::size_t sum = 0;
    for (const std::string& text : co_await pool.map(read_whole, names).all()) sum += text.size();
    co_return sum;
  };
  const std::size_t sum = co_await rill::with(rill::thread_pool_executor(4), body);
  co_return sum;
}
// [/thread_pool_executor]

// [map_results]
int sum_of_squares(rill::thread_pool_executor& pool, const std::vector<int>& numbers) {
  int sum = 0;
  for (const int square : pool.map([](int number) { return number * number; }, numbers)) {
    sum += square;
  }
  return sum;
}
// [/map_results]

// [run_in_executor]
rill::coro<std::string> read_with_limit(rill::executor& disk, std::string name) {
  rill::future<std::string> text = rill::run_in_executor(disk, read_whole, name);
  co_return co_await rill::wait_for(std::move(text), 5s);
}
// [/run_in_executor]

// [to_thread]
rill::coro<std::string> read_two_at_a_time(rill::capacity_limiter& disk, std::string name) {
  std::string text = co_await rill::to_thread(disk, read_whole, name);
  text += co_await rill::to_thread(read_whole, name);  // without a limit of one's own
  co_return text;
}
// [/to_thread]

// [from_thread]
rill::coro<int> price_of(std::string item) {
  co_await rill::sleep(1ms);  // asks another server
  co_return static_cast<int>(item.size());
}

int total(const std::vector<std::string>& items) {  // in a thread
  int sum = 0;
  for (const std::string& item : items) sum += rill::from_thread::run(price_of, item);
  return sum;
}

rill::coro<int> bill(std::vector<std::string> items) {
  co_return co_await rill::to_thread(total, std::move(items));
}
// [/from_thread]

rill::coro<std::string> look_up(std::string host) {
  co_await rill::sleep(1ms);
  co_return "address of " + host;
}

// [loop_thread]
std::string address_for_a_thread(rill::loop_thread& portal, const std::string& host) {
  const rill::executor_future<std::string> asked = portal.submit(look_up, host);
  if (asked.wait_for(5s)) return asked.result();
  asked.cancel();
  return "no answer";
}
// [/loop_thread]

// [loop_pool]
rill::coro<std::size_t> ask_all(rill::loop_pool& pool) {
  std::vector<rill::executor_future<std::string>> answers = pool.on_each(look_up, "localhost");
  std::size_t length = 0;
  for (const rill::executor_future<std::string>& each : answers) {
    const std::string& answer = co_await each;
    length += answer.size();
  }
  co_return length;
}
// [/loop_pool]

rill::coro<> answer(rill::stream_reader reader, rill::stream_writer writer) {
  while (auto line = co_await reader.next_line()) co_await writer.write_all("you said " + *line);
}

// [pool_server]
rill::coro<std::string> serve_on_all_cores() {
  rill::loop_pool pool({.loops = 2});
  rill::pool_server server = co_await rill::start_pool_server(pool, &answer, "127.0.0.1", 0);
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  co_await client.writer.write_all("hello\n");
  std::string line = co_await client.reader.readline();
  client.writer.close();
  co_await server.shutdown(std::chrono::seconds(1));
  co_await pool.aclose();
  co_return line;
}
// [/pool_server]

/// Where servers cannot share a port, that is an error.
std::string served_or_refused() {
  try {
    return rill::run(serve_on_all_cores());
  } catch (const std::system_error& error) {
    if (docs::shares_ports() || error.code() != std::errc::operation_not_supported) throw;
    return "you said hello\n";
  }
}

}  // namespace

int main() {
  inline_executor here;
  expect(count_elsewhere(here) == 1000, "submit");
  expect(outcome_of(rill::submit(here, [] { return 3; })) == "3", "exec_errors");
  expect(rill::run(twice(rill::submit(here, [] { return 3; }))) == 6, "executor_future");
  expect(rill::run(sizes_of({"one", "three"})) == 22, "thread_pool_executor");
  rill::thread_pool_executor pool(2);
  expect(sum_of_squares(pool, {1, 2, 3}) == 14, "map_results");
  expect(rill::run(read_with_limit(pool, "it")) == "all of it", "run_in_executor");
  rill::capacity_limiter disk(2);
  expect(rill::run(read_two_at_a_time(disk, "a")) == "all of aall of a", "to_thread");
  expect(rill::run(bill({"tea", "bread"})) == 8, "from_thread");
  rill::loop_thread portal;
  expect(address_for_a_thread(portal, "here") == "address of here", "loop_thread");
  rill::loop_pool loops({.loops = 2});
  expect(rill::run(ask_all(loops)) == 40, "loop_pool");
  expect(served_or_refused() == "you said hello\n", "pool_server");
}
