// SPDX-License-Identifier: BSL-1.0
// Passwords are hashed, in series and in threads, while the loop goes on: work that uses as many
// cores as there are. Listings F 7.16, F 7.17, F* 7.16, F* 7.17, N36.
//
//     cookbook_password_hashing --passwords 10000 --threads 8
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"
#include "cookbook/scrypt.hpp"

using cookbook::say;

namespace {

constexpr std::string_view usage =
    "usage: cookbook_password_hashing [--passwords COUNT] [--cost N] [--threads COUNT]\n"
    "                                 [--virtual] [--scale FACTOR]\n"
    "  --passwords COUNT  so many (200)\n"
    "  --cost N           rounds for each, a power of two (2048)\n"
    "  --threads COUNT    the most at a time (as many as cores)\n"
    "  --virtual          a small run, as the tests do it, and no times\n"
    "  --scale FACTOR     a second of waiting takes so many seconds (1)";

struct plan {
  std::size_t passwords = 0;
  std::size_t rounds = 0;
  std::size_t threads = 0;
  bool tells_times = false;
};

struct password {
  std::string text;  // ten letters
  std::string salt;  // 16 bytes
};

// The same ones each time: two runs can be compared.
std::vector<password> made_up(std::size_t count) {
  std::minstd_rand random(2022);
  std::vector<password> made(count);
  for (password& each : made) {
    for (int i = 0; i < 10; ++i) each.text += static_cast<char>('a' + random() % 26);
    for (int i = 0; i < 16; ++i) each.salt += static_cast<char>(random() % 256);
  }
  return made;
}

std::string hash_of(const password& of, std::size_t rounds) {
  return cookbook::scrypt(of.text, of.salt, {.rounds = rounds});
}

// The examples of RFC 7914.
void known_answers(const plan& how) {
  bool right = cookbook::scrypt("", "", {.rounds = 16, .block_size = 1}) ==
               "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
               "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906";
  if (how.tells_times) {
    right = right && cookbook::scrypt("password", "NaCl", {.rounds = 1024, .parallelism = 16}) ==
                         "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                         "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640";
  }
  say(std::string("known answers: ") + (right ? "right" : "wrong"));
}

/// Seconds, of real time.
class stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  }

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

std::string in_digits(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", number);
  return text;
}

using hashes = std::vector<std::string>;

// The loop stands still meanwhile.
hashes in_series(const std::vector<password>& passwords, std::size_t rounds) {
  hashes made;
  for (const password& each : passwords) made.push_back(hash_of(each, rounds));
  return made;
}

// A job for each; the loop has nothing to do but to wait. The pool is left by with(), which closes
// it while the loop goes on: one that is destroyed at the end of a block in a coroutine would
// either stop the loop or drop what is queued.
rill::coro<hashes> in_threads(const std::vector<password>& passwords, std::size_t rounds,
                              std::size_t threads) {
  const auto body = [&](rill::thread_pool_executor& pool) -> rill::coro<hashes> {
    std::vector<rill::executor_future<std::string>> jobs;
    for (const password& each : passwords) jobs.push_back(pool.submit(hash_of, each, rounds));
    co_return co_await rill::gather(std::move(jobs));
  };
  rill::thread_pool_executor workers({.max_workers = threads});
  co_return co_await rill::with(workers, body);
}

rill::coro<> tick(long& ticks, const bool& over) {
  while (!over) {
    ++ticks;
    co_await rill::yield();
  }
}

rill::coro<> beside_a_loop_that_ticks(const std::vector<password>& passwords, const plan& how,
                                      const hashes& expected) {
  long ticks = 0;
  bool over = false;
  const rill::task<> ticking = rill::create_task(tick(ticks, over));
  const hashes made = co_await in_threads(passwords, how.rounds, how.threads);
  over = true;
  co_await ticking;
  say(made == expected ? "in threads the same" : "in threads something else");
  say(ticks > 10 ? "the loop has ticked all the while" : "the loop stood still");
}

// Twice as many threads should take half of the time, up to the number of cores.
rill::coro<> scaling(const std::vector<password>& passwords, const plan& how, double series) {
  say("in series: " + in_digits(series) + " s");
  for (std::size_t threads = 1; threads <= how.threads; threads *= 2) {
    const stopwatch watch;
    const hashes made = co_await in_threads(passwords, how.rounds, threads);
    const double took = watch.seconds();
    say("on " + std::to_string(threads) + (threads == 1 ? " thread: " : " threads: ") +
        in_digits(took) + " s, " + in_digits(series / took) + " times as fast");
  }
}

rill::coro<> recipe(plan how) {
  known_answers(how);
  const std::vector<password> passwords = made_up(how.passwords);
  const stopwatch watch;
  const hashes expected = in_series(passwords, how.rounds);
  const double series = watch.seconds();
  say(std::to_string(expected.size()) + " passwords, " + std::to_string(how.rounds) +
      " rounds each");
  co_await beside_a_loop_that_ticks(passwords, how, expected);
  if (how.tells_times) co_await scaling(passwords, how, series);
}

}  // namespace

int main(int count, char** arguments) {
  examples::command_line line(count, arguments, usage);
  cookbook::timing time(line);
  const bool small = time.is_virtual();
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  plan how;
  how.tells_times = !small;
  how.passwords =
      static_cast<std::size_t>(line.whole_number("--passwords", small ? 8 : 200, 1, 1'000'000));
  how.rounds = static_cast<std::size_t>(line.whole_number("--cost", small ? 64 : 2048, 2, 1 << 20));
  how.threads = static_cast<std::size_t>(line.whole_number("--threads", small ? 2 : cores, 1, 256));
  line.done();
  if ((how.rounds & (how.rounds - 1)) != 0) line.fail("--cost needs a power of two");
  return cookbook::run(time, recipe(how));
}
