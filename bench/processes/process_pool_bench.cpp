// SPDX-License-Identifier: BSL-1.0
//
// What the process pool does in a second: small jobs one by one and in chunks, CPU-bound jobs on
// one worker and on all, and a large payload to a worker and back beside what a pipe carries
// between two processes. With --jobs N alone: what one of N small jobs takes, one after the other.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string_view>
#include <thread>
#include <vector>

#include "rill/exec/process_pool_executor.hpp"
#include "rill/exec/process_worker_main.hpp"
#include "rill/rill.hpp"

namespace {

using seconds = std::chrono::duration<double>;

int plus_one(int number) { return number + 1; }
std::uint64_t burn(std::uint64_t rounds) {
  std::uint64_t value = rounds;
  for (std::uint64_t i = 0; i < rounds; ++i) value = value * 6364136223846793005U + 1;
  return value;
}
std::vector<std::uint64_t> same(std::vector<std::uint64_t> values) { return values; }

template <class Work>
double time_of(Work work) {
  const auto before = std::chrono::steady_clock::now();
  work();
  return seconds(std::chrono::steady_clock::now() - before).count();
}

rill::process_pool_options workers(std::size_t count) {
  rill::process_pool_options options;
  options.max_workers = count;
  return options;
}

void small_jobs(std::size_t count, std::size_t chunk) {
  rill::process_pool_executor pool(workers(2));
  static_cast<void>(pool.submit<&plus_one>(1).result());
  const std::vector<int> numbers(count, 1);
  std::size_t right = 0;
  const double took = time_of([&] {
    for (const int number : pool.map<&plus_one>(numbers, chunk)) right += number == 2 ? 1U : 0U;
  });
  std::printf("small jobs, chunks of %5zu: %9.0f jobs/s%s\n", chunk,
              static_cast<double>(count) / took, right == count ? "" : "  WRONG");
}

double cpu_bound(std::size_t count) {
  rill::process_pool_executor pool(workers(count));
  for (const auto each : pool.map<&burn>(std::vector<std::uint64_t>(8, 1), 1))
    static_cast<void>(each);
  const std::vector<std::uint64_t> rounds(16, 50'000'000);
  return time_of([&] {
    for (const auto each : pool.map<&burn>(rounds, 1)) static_cast<void>(each);
  });
}

// Through a pipe to a child and through another back, as plainly as can be.
double pipe_and_back(const std::vector<std::uint64_t>& values) {
  const std::size_t bytes = values.size() * sizeof values[0];
  int to[2];
  int from[2];
  if (::pipe(to) != 0 || ::pipe(from) != 0) std::abort();
  const auto read_all = [](int handle, char* room, std::size_t size) {
    while (size != 0) {
      const ssize_t got = ::read(handle, room, size);
      if (got <= 0) std::abort();
      room += got;
      size -= static_cast<std::size_t>(got);
    }
  };
  const auto write_all = [](int handle, const char* data, std::size_t size) {
    while (size != 0) {
      const ssize_t sent = ::write(handle, data, size);
      if (sent <= 0) std::abort();
      data += sent;
      size -= static_cast<std::size_t>(sent);
    }
  };
  const pid_t child = ::fork();
  if (child == 0) {
    std::vector<char> room(bytes);
    read_all(to[0], room.data(), bytes);
    write_all(from[1], room.data(), bytes);
    ::_exit(0);
  }
  // Memory for what comes back is part of it, as it is with the pool.
  const double took = time_of([&] {
    std::vector<char> room(bytes);
    write_all(to[1], reinterpret_cast<const char*>(values.data()), bytes);
    read_all(from[0], room.data(), bytes);
  });
  ::waitpid(child, nullptr, 0);
  for (const int handle : {to[0], to[1], from[0], from[1]}) ::close(handle);
  return took;
}

void payload(std::size_t megabytes) {
  std::vector<std::uint64_t> values(megabytes * 1024 * 1024 / sizeof(std::uint64_t));
  std::iota(values.begin(), values.end(), 0U);
  const double gigabytes = 2.0 * static_cast<double>(megabytes) / 1024;
  const double pipe = pipe_and_back(values);
  std::printf("%zu MiB there and back, pipe: %5.2f GiB/s\n", megabytes, gigabytes / pipe);
  rill::process_pool_executor pool(workers(1));
  static_cast<void>(pool.submit<&plus_one>(1).result());
  bool right = false;
  const double took = time_of([&] {
    const auto back = pool.submit<&same>(std::move(values)).result();
    right = back.size() == megabytes * 1024 * 1024 / sizeof(std::uint64_t);
  });
  std::printf("%zu MiB there and back, pool: %5.2f GiB/s, %2.0f %% of it%s\n", megabytes,
              gigabytes / took, 100 * pipe / took, right ? "" : "  WRONG");
}

// One after the other in a loop, each awaited before the next: the way there and back.
rill::coro<double> time_of_jobs(rill::process_pool_executor& pool, std::size_t count) {
  co_await pool.submit<&plus_one>(1);
  const auto before = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < count; ++i) co_await pool.submit<&plus_one>(1);
  co_return seconds(std::chrono::steady_clock::now() - before).count();
}

rill::coro<> tell_job(std::size_t count) {
  const auto jobs = [count](rill::process_pool_executor& pool) {
    return time_of_jobs(pool, count);
  };
  const double took = co_await rill::with(rill::process_pool_executor(workers(1)), jobs);
  std::printf("ns=%.1f\n", took * 1e9 / static_cast<double>(count));
}

}  // namespace

int main(int count, char** arguments) {
  rill::process_worker_main();
  if (count == 3 && std::string_view(arguments[1]) == "--jobs") {
    rill::run(tell_job(std::strtoul(arguments[2], nullptr, 10)));
    return 0;
  }
  const std::size_t megabytes = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 1024;
  small_jobs(20'000, 1);
  for (const std::size_t chunk : {10U, 100U, 1000U}) small_jobs(1'000'000, chunk);
  const double alone = cpu_bound(1);
  std::printf("CPU-bound jobs, 2 workers: %4.2f times as fast as 1\n", alone / cpu_bound(2));
  payload(megabytes);
  return 0;
}
