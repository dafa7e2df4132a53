// SPDX-License-Identifier: BSL-1.0
// Ten requests at once over a client that blocks, on a default executor of ten threads; pairs of
// name and page, a line for each that fails; and the steps of a blocking sequence, one at a time,
// as an async generator. Listings R2.10, R4.3, R4.6.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cookbook/blocking_site.hpp"
#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;
using cookbook::slow_site;

namespace {

std::string body_of(std::uint16_t port, const std::string& path) {
  cookbook::page got = cookbook::blocking_get(port, path);
  if (got.status != 200) throw std::runtime_error("status " + std::to_string(got.status));
  return std::move(got.body);
}

using request = std::pair<std::string, rill::future<std::string>>;

// All are under way before any is awaited: the job begins where it is submitted.
std::vector<request> begin_all(std::uint16_t port, const std::vector<std::string>& paths) {
  std::vector<request> begun;
  for (const std::string& path : paths) {
    begun.emplace_back(path, rill::run_in_executor(body_of, port, path));
  }
  return begun;
}

rill::coro<> ten_at_once(const slow_site& site) {
  // The loop shuts it down at its end.
  rill::event_loop::running().set_default_executor(
      std::make_shared<rill::thread_pool_executor>(10));
  std::vector<std::string> paths;
  for (int i = 0; i < 9; ++i) paths.push_back("/" + std::to_string(i));
  paths.emplace_back("/missing");
  std::vector<request> begun = begin_all(site.port(), paths);
  for (auto& [path, answer] : begun) {
    try {
      const std::string body = co_await std::move(answer);
      say(path + ": " + body);
    } catch (const std::exception& error) {
      say(path + " failed: " + error.what());
    }
  }
}

/// A sequence as it comes from a library that blocks: each step takes its time, the end is a value.
class slow_steps {
 public:
  explicit slow_steps(std::vector<int> numbers) : numbers_(std::move(numbers)) {}
  std::optional<int> next() {
    if (at_ == numbers_.size()) return std::nullopt;
    return numbers_[at_++];
  }

 private:
  std::vector<int> numbers_;
  std::size_t at_ = 0;
};

// One step at a time, perhaps in different threads, never two at once. The steps are shared with
// the threads: a step that is under way when the generator is closed goes on.
rill::async_generator<int> stepwise(std::shared_ptr<slow_steps> steps) {
  const auto step = [steps] { return steps->next(); };
  while (const std::optional<int> number = co_await rill::to_thread(step)) co_yield *number;
}

rill::coro<> a_blocking_sequence() {
  auto steps = std::make_shared<slow_steps>(std::vector<int>{1, 2, 3, 4});
  auto numbers = stepwise(steps);
  std::string seen;
  while (auto number = co_await numbers.next()) seen += " " + std::to_string(*number);
  say("steps:" + seen);
}

rill::coro<> recipe(const slow_site& site) {
  co_await ten_at_once(site);
  say("at most ten at a time: " + std::string(site.most_at_a_time() <= 10 ? "yes" : "no"));
  co_await a_blocking_sequence();
}

}  // namespace

int main(int count, char** arguments) {
  const slow_site site(2ms);
  return cookbook::run(count, arguments, recipe(site));
}
