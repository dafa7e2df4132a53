// SPDX-License-Identifier: BSL-1.0
// A client that blocks, in threads: a pool's map, run_in_executor with gather, the default
// executor, to_thread, a line of progress, in the order of ending; as many threads as requests; and
// what went wrong, in a word. Listings F 1.6, F 1.7, F 7.3, F 7.4, F 7.5, F 7.6, F 7.7, F 7.8,
// F 7.2.2-a, F 7.2.2-b, N28, N29, N34, N52, N53.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <ranges>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "cookbook/blocking_site.hpp"
#include "cookbook/cookbook.hpp"
#include "cookbook/joining_thread.hpp"

using namespace std::chrono_literals;
using cookbook::say;
using cookbook::slow_site;
using cookbook::status_of;

namespace {

std::string path_of(int number) { return "/" + std::to_string(number); }

int sum_of(const std::vector<int>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0);
}

// Without a pool: a thread for each request. Dear for a thousand.
void two_threads(const slow_site& site) {
  const auto get = [&site] { static_cast<void>(status_of(site.port(), "/")); };
  {
    const cookbook::joining_thread one(get);
    const cookbook::joining_thread other(get);
    say("All threads running!");
  }
  say("two requests, " + std::to_string(site.requests()) + " answers");
}

// In input order, however the answers come; so many at a time as there are threads.
rill::coro<> pool_with_map(const slow_site& site) {
  const auto get = [port = site.port()](int number) { return status_of(port, path_of(number)); };
  const auto body = [&get](rill::thread_pool_executor& pool) -> rill::coro<> {
    const std::vector<int> statuses = co_await pool.map(get, std::views::iota(0, 60)).all();
    say("map: " + std::to_string(statuses.size()) + " answers, sum of the statuses " +
        std::to_string(sum_of(statuses)));
  };
  co_await rill::with(rill::thread_pool_executor(12), body);
}

rill::coro<> gathered(const slow_site& site) {
  const auto body = [&site](rill::thread_pool_executor& pool) -> rill::coro<> {
    std::vector<rill::future<int>> requests;
    for (int i = 0; i < 20; ++i) {
      requests.push_back(rill::run_in_executor(pool, status_of, site.port(), path_of(i)));
    }
    const std::vector<int> statuses = co_await rill::gather(std::move(requests));
    say("gathered: sum " + std::to_string(sum_of(statuses)));
  };
  co_await rill::with(rill::thread_pool_executor(4), body);
}

// Threads are made as they are needed, and the end of the run waits for them.
rill::coro<> default_executor(const slow_site& site) {
  auto [one, other] =
      co_await rill::gather(rill::run_in_executor(status_of, site.port(), path_of(1)),
                            rill::to_thread(status_of, site.port(), std::string("/missing")));
  say("default executor: " + std::to_string(one) + " and " + std::to_string(other));
}

// The counter is atomic: threads write it, and the task reads it.
rill::coro<> with_progress(const slow_site& site) {
  std::atomic<int> finished = 0;
  const auto get = [&finished, port = site.port()](int number) {
    const int status = status_of(port, path_of(number));
    ++finished;
    return status;
  };
  std::vector<rill::future<int>> requests;
  for (int i = 0; i < 40; ++i) requests.push_back(rill::to_thread(get, i));
  int lines = 0;
  int last = 0;
  while (last != 40) {
    const auto sets = co_await rill::wait(requests, {.timeout = 2ms});
    last = finished;
    ++lines;
  }
  say(std::string("Finished 40/40, told ") + (lines > 0 ? "on the way" : "never"));
}

rill::coro<> in_order_of_ending(const slow_site& site) {
  std::vector<rill::future<int>> requests;
  for (int i = 0; i < 5; ++i) {
    requests.push_back(rill::to_thread(status_of, site.port(), path_of(i)));
  }
  int count = 0;
  auto ended = rill::as_completed(requests);
  while (auto each = co_await ended.next()) {
    if (each->handle.result() == 200) ++count;
  }
  say("as completed: " + std::to_string(count));
}

// As many threads as requests: each one is made, and costs memory, for a few milliseconds of work.
// All wait at once, which a pool of some tens does nearly as well; tasks do it for far less.
rill::coro<> as_many_threads_as_requests(const slow_site& site) {
  constexpr int many = 200;
  const auto get = [port = site.port()](int number) { return status_of(port, path_of(number)); };
  std::size_t threads = 0;
  const auto body = [&](rill::thread_pool_executor& pool) -> rill::coro<> {
    const std::vector<int> statuses = co_await pool.map(get, std::views::iota(0, many)).all();
    threads = pool.stats().threads;
    say(std::to_string(many) + " threads: sum " + std::to_string(sum_of(statuses)));
  };
  co_await rill::with(rill::thread_pool_executor(many), body);
  say(threads > 12 ? "far more threads than would do" : "?");
}

// A status is no exception: a page that says 404 comes as well as any other, and whoever looks only
// for exceptions takes it for what was asked for.
std::string verdict(std::uint16_t port, const std::string& path) {
  try {
    const int status = status_of(port, path);
    return status / 100 == 2 ? "Success" : "HTTP error: " + std::to_string(status);
  } catch (const std::system_error& error) {
    const bool refused = error.code() == std::errc::connection_refused;
    return "Other error: " + (refused ? "Connection refused" : error.code().message());
  }
}

rill::coro<> verdicts(const slow_site& site) {
  const cookbook::closed_port nobody;
  auto [there, missing, refused] =
      co_await rill::gather(rill::to_thread(verdict, site.port(), std::string("/")),
                            rill::to_thread(verdict, site.port(), std::string("/missing")),
                            rill::to_thread(verdict, nobody.number(), std::string("/")));
  say(there);
  say(missing);
  say(refused);
}

rill::coro<> recipe(const slow_site& site) {
  two_threads(site);
  co_await pool_with_map(site);
  say(std::string("at most 12 at a time: ") + (site.most_at_a_time() <= 12 ? "yes" : "no"));
  co_await gathered(site);
  co_await default_executor(site);
  co_await with_progress(site);
  co_await in_order_of_ending(site);
  co_await as_many_threads_as_requests(site);
  co_await verdicts(site);
}

}  // namespace

int main(int count, char** arguments) {
  const slow_site site(2ms);
  return cookbook::run(count, arguments, recipe(site));
}
