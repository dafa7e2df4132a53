// SPDX-License-Identifier: BSL-1.0
// A web server whose views are of both kinds: coroutines that call what blocks, and functions that
// block and call coroutines; and which loop it is that serves. Listings F 9-u10, F 9.14, F 9.15.
//
//     cookbook_blocking_views --port 1234
//     http://127.0.0.1:1234/sync_to_async?sleep_time=0.5&num_calls=5&thread_sensitive=yes
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"
#include "cookbook/joining_thread.hpp"
#include "cookbook/meeting_point.hpp"
#include "cookbook/this_system.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

constexpr std::string_view usage =
    "usage: cookbook_blocking_views [--port PORT] [--virtual] [--scale FACTOR]\n"
    "  --port PORT     serves there until Ctrl-C; 0 takes any\n"
    "  --virtual       in virtual time: waiting takes no time\n"
    "  --scale FACTOR  a second takes so many seconds (1)";

/// The value of `name=value` in a query.
std::string_view value_of(std::string_view query, std::string_view name,
                          std::string_view otherwise) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t sign = pair.find('=');
    if (pair.substr(0, sign) == name) {
      return sign == pair.npos ? std::string_view() : pair.substr(sign + 1);
    }
  }
  return otherwise;
}

double number_of(std::string_view text, double otherwise, double most) {
  const std::string digits(text);
  // Not every standard library's from_chars() reads fractions.
  char* end = nullptr;
  const double number = std::strtod(digits.c_str(), &end);
  const bool good = !digits.empty() && end == digits.c_str() + digits.size();
  return good && number >= 0 && number <= most ? number : otherwise;
}

// -- a view that is a coroutine ------------------------------------------------------------------

/// A library that blocks. Tells how many were in it at the same time.
class blocking_library {
 public:
  void sleep(std::chrono::duration<double> time) {
    const int here = ++now_;
    int most = most_;
    while (most < here && !most_.compare_exchange_weak(most, here)) continue;
    std::this_thread::sleep_for(time);
    --now_;
  }
  int most_at_a_time() const noexcept { return most_; }

 private:
  std::atomic<int> now_ = 0;
  std::atomic<int> most_ = 0;
};

/// Where blocking calls go: to many threads, or, if the library may only ever see one, to that. Of
/// one server: requests hinder each other in the second alone.
struct executors {
  rill::thread_pool_executor many{{.max_workers = 16, .name = "views"}};
  rill::thread_pool_executor one{{.max_workers = 1, .name = "serial"}};
};

rill::coro<std::string> calls_what_blocks(executors& where, std::string query) {
  const std::chrono::duration<double> time(number_of(value_of(query, "sleep_time", ""), 0.02, 10));
  const int calls = static_cast<int>(number_of(value_of(query, "num_calls", ""), 1, 100));
  const bool sensitive = value_of(query, "thread_sensitive", "no") == "yes";
  blocking_library library;
  const auto sleep = [&library, time] { library.sleep(time); };
  std::vector<rill::future<>> running;
  for (int i = 0; i < calls; ++i) {
    running.push_back(rill::run_in_executor(sensitive ? where.one : where.many, sleep));
  }
  co_await rill::gather(std::move(running));
  const int most = library.most_at_a_time();
  co_return std::to_string(calls) + " calls, " +
      (most > 1 ? "several at the same time" : "one after the other");
}

// -- a view that blocks --------------------------------------------------------------------------

rill::coro<std::string> fetched(std::string what) {
  co_await rill::yield();
  co_return "page of " + what;
}

// It blocks its thread until the loop, of which it knows nothing, has run the coroutine.
std::string calls_a_coroutine() { return rill::from_thread::run(fetched, std::string("a thread")); }

// Where no loop runs, one can be made for the moment.
std::string makes_a_loop() { return rill::run(fetched("a loop of its own")); }

// On the loop's own thread the wait would never end: what it waits for could not run.
std::string refused() {
  try {
    return calls_a_coroutine();
  } catch (const rill::usage_error&) {
    return "refused in the loop's own thread";
  }
}

// -- the server ----------------------------------------------------------------------------------

/// Which loop serves, seen from a coroutine.
rill::coro<const void*> this_loop() { co_return &rill::event_loop::running(); }

class site {
 public:
  explicit site(executors& where) : where_(&where), own_(&rill::event_loop::running()) {}

  rill::coro<> serve(rill::stream_reader reader, rill::stream_writer writer) const {
    const std::string head = co_await reader.readuntil("\r\n\r\n");
    const std::size_t begin = std::min(head.find(' '), head.size() - 1) + 1;
    const std::string target = head.substr(begin, head.find(' ', begin) - begin);
    const std::string page = co_await answer_to(target);
    const bool found = !page.empty();
    const std::string body = found ? page : "there is nothing at " + target;
    const std::string status = found ? "200 OK" : "404 Not Found";
    const std::string text = "HTTP/1.1 " + status + "\r\nContent-Type: text/plain\r\n" +
                             "Content-Length: " + std::to_string(body.size()) +
                             "\r\nConnection: close\r\n\r\n" + body;
    co_await writer.write_all(text);
    writer.close();
    co_await writer.wait_closed();
  }

 private:
  rill::coro<std::string> answer_to(std::string target) const {
    const std::size_t mark = std::min(target.find('?'), target.size());
    const std::string path = target.substr(0, mark);
    const std::string query = target.substr(std::min(mark + 1, target.size()));
    if (path == "/sync_to_async") co_return co_await calls_what_blocks(*where_, query);
    if (path == "/async_to_sync") {
      co_return co_await rill::run_in_executor(where_->many, calls_a_coroutine);
    }
    if (path == "/own_loop") co_return co_await rill::run_in_executor(where_->many, makes_a_loop);
    if (path == "/refused") co_return refused();
    if (path == "/loop") {
      const void* const here = co_await this_loop();
      co_return here == own_ ? "the loop of the server" : "some other loop";
    }
    co_return "";
  }

  executors* where_;
  const void* own_;
};

rill::coro<rill::server> start(const site& served, std::uint16_t port) {
  const auto answer = [&served](rill::stream_reader reader, rill::stream_writer writer) {
    return served.serve(std::move(reader), std::move(writer));
  };
  co_return co_await rill::start_server(answer, "127.0.0.1", port);
}

// -- a gateway that knows no loops ----------------------------------------------------------------

// It makes a loop for each request: two of them at a time are two, and nothing that belongs to a
// loop, a connection say, can be kept for the next request.
bool two_requests_two_loops() {
  cookbook::meeting_point both(2);
  const void* loops[2] = {};
  const auto request = [&both](const void*& seen) {
    const auto view = [](cookbook::meeting_point& together, const void*& here) -> rill::coro<> {
      here = co_await this_loop();
      together.arrive_and_wait();
    };
    rill::run(view(both, seen));
  };
  {
    const cookbook::joining_thread one(request, std::ref(loops[0]));
    const cookbook::joining_thread other(request, std::ref(loops[1]));
  }
  return loops[0] != loops[1];
}

std::size_t left_by_requests(int count) {
  const std::size_t before = cookbook::open_handles();
  for (int i = 0; i < count; ++i) rill::run(this_loop());
  return cookbook::open_handles() - before;
}

// A lock at which threads meet may take a descriptor for good. What requests leave, they leave
// every time.
std::size_t left_every_time(int count) {
  constexpr int most_times = 3;
  std::size_t left = left_by_requests(count);
  for (int times = 1; left != 0 && times < most_times; ++times) left = left_by_requests(count);
  return left;
}

rill::coro<> a_loop_for_each_request() {
  const bool two = co_await rill::to_thread(two_requests_two_loops);
  say(two ? "two requests, two loops" : "two requests, one loop");
  const std::size_t left = co_await rill::to_thread(left_every_time, 1'000);
  say("a thousand requests, " + std::to_string(left) + " descriptors left");
}

rill::coro<> ask(std::uint16_t port, std::string target) {
  auto [reader, writer] = co_await rill::open_connection("127.0.0.1", port);
  co_await writer.write_all("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string answer = co_await reader.read();
  const std::string body = answer.substr(answer.find("\r\n\r\n") + 4);
  say(target + ": " + body);
}

rill::coro<> tick(long& ticks, const bool& over) {
  while (!over) {
    ++ticks;
    co_await rill::yield();
  }
}

rill::coro<> recipe() {
  co_await a_loop_for_each_request();
  executors where;
  const site served(where);
  rill::server server = co_await start(served, 0);
  const std::uint16_t port = server.port();
  co_await ask(port, "/loop");
  co_await ask(port, "/loop");
  long ticks = 0;
  bool over = false;
  const rill::task<> ticking = rill::create_task(tick(ticks, over));
  const std::string views = "/sync_to_async?sleep_time=0.02&num_calls=5";
  co_await ask(port, views + "&thread_sensitive=no");
  co_await ask(port, views + "&thread_sensitive=yes");
  over = true;
  co_await ticking;
  say(ticks > 10 ? "the loop has ticked all the while" : "the loop stood still");
  co_await ask(port, "/async_to_sync");
  co_await ask(port, "/own_loop");
  co_await ask(port, "/refused");
  co_await ask(port, "/elsewhere");
  co_await server.shutdown(1s);
  co_await where.many.aclose();
  co_await where.one.aclose();
}

/// For whoever connects, until Ctrl-C.
rill::coro<> serve(std::uint16_t port) {
  executors where;
  const site served(where);
  rill::server server = co_await start(served, port);
  say("http://127.0.0.1:" + std::to_string(server.port()) + "/sync_to_async?num_calls=5");
  co_await server.serve_forever(2s);
}

}  // namespace

int main(int count, char** arguments) {
  return cookbook::play_or_serve(count, arguments, usage, recipe, serve);
}
