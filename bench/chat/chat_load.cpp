// SPDX-License-Identifier: BSL-1.0
// Many users of a chat server. Each says a line, waits until it has come back, and says the next,
// or says lines at a given rate. Each checks that it hears every line of everybody, in the order in
// which it was said. Prints one line of figures; ends with 1 if a line was lost or out of order.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rill/rill.hpp"
#include "support/command_line.hpp"

namespace {

using namespace std::chrono_literals;

constexpr std::string_view usage =
    "usage: chat_load --port PORT [--clients N] [--seconds S] [--rate LINES] [--backend NAME]\n"
    "  --rate LINES  per second, of all together; 0: each says the next when it hears the last";

struct settings {
  std::uint16_t port = 0;
  int clients = 500;
  std::chrono::nanoseconds lasts{};
  double rate = 0;
};

struct crowd {
  std::vector<std::uint32_t> said;  // by each user
  std::vector<std::uint32_t> microseconds;
  std::uint64_t heard = 0;
  std::uint64_t wrong = 0;
  int present = 0;
  bool speaking = true;
};

std::int64_t now() { return rill::loop_clock::now().time_since_epoch().count(); }

template <class Number>
Number number_in(std::string_view text, std::size_t& place) {
  Number read = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + place, end, read);
  if (error != std::errc()) throw std::runtime_error("not a line of ours: " + std::string(text));
  place = static_cast<std::size_t>(stop - text.data()) + 1;
  return read;
}

class user {
 public:
  user(int number, crowd& all, rill::connection server)
      : number_(number), all_(all), server_(std::move(server)), next_(all.said.size()) {}

  rill::coro<> listen() {
    server_.writer.write("CONNECT u" + std::to_string(number_) + "\n");
    std::string partial;
    const auto buffer = std::make_unique<std::array<char, 64 * 1024>>();
    while (const std::size_t count = co_await server_.reader.read_into(*buffer)) {
      partial.append(buffer->data(), count);
      std::size_t begun = 0;
      for (std::size_t end; (end = partial.find('\n', begun)) != std::string::npos;) {
        hear(std::string_view(partial).substr(begun, end - begun));
        begun = end + 1;
      }
      partial.erase(0, begun);
    }
    throw std::runtime_error("the server has closed the connection");
  }

  rill::coro<> speak(std::chrono::nanoseconds interval) {
    if (interval != 0ns) co_await rill::sleep(interval * number_ / next_.size());
    rill::time_point due = rill::loop_clock::now();
    while (all_.speaking) {
      came_back_.clear();
      server_.writer.write(std::to_string(all_.said[place()]++) + " " + std::to_string(now()) +
                           " and a few words\n");
      co_await came_back_.wait();
      due += interval;
      if (interval != 0ns) co_await rill::sleep_until(due);
    }
  }

  bool has_heard_all() const { return next_ == all_.said; }

 private:
  std::size_t place() const { return static_cast<std::size_t>(number_); }

  // "u<user>: <number> <moment> and a few words", or something about users.
  void hear(std::string_view line) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) {
      if (line.ends_with(" connected!") &&
          line.substr(1, line.size() - 12) == std::to_string(number_))
        ++all_.present;
      return;
    }
    std::size_t at = 1;
    const auto sender = number_in<std::size_t>(line, at);
    at = colon + 2;
    const auto number = number_in<std::uint32_t>(line, at);
    const auto moment = number_in<std::int64_t>(line, at);
    ++all_.heard;
    if (number != next_[sender]) ++all_.wrong;
    next_[sender] = number + 1;
    if (sender == place()) came_back_.set();
    if (sender % 25 == 0) {
      all_.microseconds.push_back(static_cast<std::uint32_t>((now() - moment) / 1000));
    }
  }

  int number_;
  crowd& all_;
  rill::connection server_;
  rill::event came_back_;
  std::vector<std::uint32_t> next_;  // number of the next line of each user
};

using users = std::vector<std::unique_ptr<user>>;

rill::coro<> wait_until_all_heard(const users& everybody) {
  for (int tries = 0; tries < 1000; ++tries) {
    const bool all = std::all_of(everybody.begin(), everybody.end(),
                                 [](const auto& one) { return one->has_heard_all(); });
    if (all) co_return;
    co_await rill::sleep(10ms);
  }
}

void report(crowd& all, const users& everybody, double seconds) {
  std::uint64_t said = 0;
  for (const std::uint32_t count : all.said) said += count;
  const auto complete = std::count_if(everybody.begin(), everybody.end(),
                                      [](const auto& one) { return one->has_heard_all(); });
  std::vector<std::uint32_t>& times = all.microseconds;
  std::sort(times.begin(), times.end());
  const auto at = [&times](double part) {
    if (times.empty()) return 0u;
    const auto place = static_cast<std::size_t>(part * static_cast<double>(times.size()));
    return times[std::min(place, times.size() - 1)];
  };
  std::printf(
      "%zu users, %.1f s: %llu lines said, %llu heard, %.0f heard/s, %llu out of order, "
      "%zu users without all; latency p50 %u us, p99 %u us, max %u us\n",
      everybody.size(), seconds, static_cast<unsigned long long>(said),
      static_cast<unsigned long long>(all.heard), static_cast<double>(all.heard) / seconds,
      static_cast<unsigned long long>(all.wrong),
      everybody.size() - static_cast<std::size_t>(complete), at(0.5), at(0.99), at(1.0));
}

rill::coro<int> load(settings set) {
  crowd all;
  all.said.resize(static_cast<std::size_t>(set.clients));
  users everybody;
  std::vector<rill::task<>> work;
  for (int i = 0; i < set.clients; ++i) {
    rill::connection server = co_await rill::open_connection("127.0.0.1", set.port);
    everybody.push_back(std::make_unique<user>(i, all, std::move(server)));
    work.push_back(rill::create_task(everybody.back()->listen()));
    while (all.present <= i && !work.back().done()) co_await rill::yield();
  }
  const double interval = set.rate == 0 ? 0 : set.clients / set.rate * 1e9;
  const std::int64_t begun = now();
  for (const auto& one : everybody) {
    work.push_back(rill::create_task(
        one->speak(std::chrono::nanoseconds(static_cast<std::int64_t>(interval)))));
  }
  const rill::time_point end = rill::loop_clock::now() + set.lasts;
  while (rill::loop_clock::now() < end) {
    co_await rill::sleep(100ms);
    for (const rill::task<>& one : work) {
      if (one.done()) one.result();  // throws: nobody ends before it is told
    }
  }
  all.speaking = false;
  co_await wait_until_all_heard(everybody);
  report(all, everybody, static_cast<double>(now() - begun) / 1e9);
  const bool right =
      all.wrong == 0 && std::all_of(everybody.begin(), everybody.end(),
                                    [](const auto& one) { return one->has_heard_all(); });
  for (const rill::task<>& one : work) one.cancel();
  for (const rill::task<>& one : work) {
    try {
      co_await one;
    } catch (const rill::cancelled_error&) {
      // It was listening, or waiting for its turn.
    }
  }
  co_return right ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  examples::command_line command(count, arguments, usage);
  settings set;
  set.port = static_cast<std::uint16_t>(command.whole_number("--port", 0, 0, 65535));
  set.clients = command.whole_number("--clients", 500, 1, 10'000);
  set.lasts = std::chrono::milliseconds(
      static_cast<std::int64_t>(command.number("--seconds", 10, 0.1, 3600) * 1e3));
  set.rate = command.number("--rate", 0, 0, 1e6);
  const std::string backend = command.text("--backend", "");
  command.done();
  if (set.port == 0) command.fail("--port is needed");
  try {
    return rill::run(load(set), {.backend = backend});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "chat_load: %s\n", error.what());
    return 1;
  }
}
