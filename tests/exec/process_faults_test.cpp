// SPDX-License-Identifier: BSL-1.0
// What process pools do when POSIX fails them: signals, forks, descriptors.
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "base/system_calls.hpp"
#include "exec/pool_jobs.hpp"
#include "exec/worker_process.hpp"
#include "rill/base/config.hpp"
#include "rill/core/errors.hpp"
#include "rill/exec/exec_errors.hpp"
#include "rill/exec/process_pool_executor.hpp"
#include "rill/exec/shared_value.hpp"
#include "support/catch.hpp"
#include "support/child_process.hpp"
#include "support/descriptor_limit.hpp"
#include "support/open_descriptors.hpp"

using namespace std::chrono_literals;
using Catch::Contains;
using rill_test::both_starts;
using rill_test::broken_text;
using rill_test::comes_true;
using rill_test::workers;

namespace {

int add(int a, int b) { return a + b; }
std::int64_t who() { return ::getpid(); }
std::int64_t parent() { return ::getppid(); }
void hold(const rill::shared_value<std::int64_t>& id) {
  id.store(::getpid());
  std::this_thread::sleep_for(60s);
}
// A process that has the worker's end of the channel, and outlives it.
void leave_a_child(const rill::shared_value<std::int64_t>& id) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::this_thread::sleep_for(60s);
    ::_exit(0);
  }
  id.store(child);
  ::raise(SIGKILL);
}
// Or is dead, and whoever has inherited it has not looked yet.
bool has_gone(std::int64_t id) {
  std::ifstream status("/proc/" + std::to_string(id) + "/stat");
  std::string text;
  std::getline(status, text);
  return text.empty() || text.find(") Z ") != std::string::npos;
}

int threads_here() {
  const std::filesystem::directory_iterator all("/proc/self/task");
  return static_cast<int>(std::distance(begin(all), end(all)));
}

/// Whoever reads from one would wait for this process.
void let_pipes_go() {
  struct stat kind{};
  for (int number = 0; number < 1024; ++number) {
    if (::fstat(number, &kind) == 0 && S_ISFIFO(kind.st_mode)) ::close(number);
  }
}

/// For systems that send no signal at a parent's end; there workers have a thread more.
struct watch_by_channel {
  watch_by_channel() { rill::detail::choose_parent_watch(rill::detail::parent_watch::by_channel); }
  ~watch_by_channel() { rill::detail::choose_parent_watch(rill::detail::parent_watch::by_signal); }
};

}  // namespace

TEST_CASE("the death of a worker shows at once, though a child of it holds its channel",
          "[process]") {
  for (const auto start : both_starts) {
    const rill::shared_value<std::int64_t> id(0);
    rill::process_pool_executor pool(workers(1, start));
    CHECK_THAT(broken_text(pool.submit<&leave_a_child>(id)), Contains("signal 9"));
    ::kill(static_cast<pid_t>(id.load()), SIGKILL);
  }
}

TEST_CASE("a process that cannot be started fails the job, and the next one tries again",
          "[process]") {
  const rill::detail::system_calls_restorer restorer;
  rill::process_pool_executor pool(workers(1));
  rill::detail::current_system_calls.posix_spawn =
      [](pid_t*, const char*, const posix_spawn_file_actions_t*, const posix_spawnattr_t*,
         char* const[], char* const[]) { return EAGAIN; };
  CHECK_THAT(broken_text(pool.submit<&add>(1, 2)), Contains("starting a worker process"));
  rill::detail::current_system_calls.posix_spawn = ::posix_spawn;
  CHECK(pool.submit<&add>(1, 2).result() == 3);
}

TEST_CASE("a job for which there are too few descriptors fails, and later ones do not",
          "[process]") {
  if (rill_test::needs_descriptors()) return;
  for (const auto start : both_starts) {
    // A worker wants four, with a fork server eight.
    const std::size_t enough = start == rill::worker_start::spawn ? 4 : 8;
    for (std::size_t count = 0; count <= enough; ++count) {
      const auto end = rill_test::run_in_child([&] {
        rill::process_pool_executor pool(workers(1, start));
        rill_test::descriptor_limit limit;
        limit.leave(count);
        bool failed = false;
        try {
          failed = broken_text(pool.submit<&add>(1, 2)) != "not broken";
        } catch (const std::system_error&) {
          failed = true;
        }
        limit.relieve();
        if (pool.submit<&add>(1, 2).result() != 3) return 2;
        return failed == (count < enough) ? 0 : 1;
      });
      INFO(count << " descriptors: signal " << end.signal_number);
      CHECK(end.exit_code == 0);
    }
  }
}

TEST_CASE("a process that does not come to the pool's line in main() fails the job", "[process]") {
  const rill::detail::system_calls_restorer restorer;
  auto options = workers(1);
  options.start_limit = 500ms;
  rill::process_pool_executor pool(options);
  // It never gets there.
  rill::detail::current_system_calls.posix_spawn =
      [](pid_t* process, const char*, const posix_spawn_file_actions_t* files,
         const posix_spawnattr_t* attributes, char* const[], char* const environment[]) {
        std::string name = "sleep";
        std::string time = "60";
        char* const arguments[] = {name.data(), time.data(), nullptr};
        return ::posix_spawn(process, "/bin/sleep", files, attributes, arguments, environment);
      };
  CHECK_THAT(broken_text(pool.submit<&add>(1, 2)), Contains("process_worker_main()"));
  // It ends before.
  rill::detail::current_system_calls.posix_spawn =
      [](pid_t* process, const char*, const posix_spawn_file_actions_t* files,
         const posix_spawnattr_t* attributes, char* const arguments[], char* const environment[]) {
        return ::posix_spawn(process, "/bin/false", files, attributes, arguments, environment);
      };
  CHECK_THAT(broken_text(pool.submit<&add>(1, 2)), Contains("ended with code 1"));
}

TEST_CASE("a fork server that hangs is replaced", "[process]") {
  auto options = workers(1, rill::worker_start::fork_server);
  options.exit_limit = 50ms;
  rill::process_pool_executor pool(options);
  const std::int64_t server = pool.submit<&parent>().result();
  const std::int64_t worker = pool.worker_ids().at(0);
  ::kill(static_cast<pid_t>(server), SIGSTOP);
  ::kill(static_cast<pid_t>(worker), SIGKILL);
  std::string text;
  for (int i = 0; i < 5 && text != "not broken"; ++i) text = broken_text(pool.submit<&add>(1, 2));
  CHECK(pool.submit<&parent>().result() != server);
}

TEST_CASE("a fork server that dies takes its workers along, and is replaced", "[process]") {
  rill::process_pool_executor pool(workers(1, rill::worker_start::fork_server));
  const std::int64_t server = pool.submit<&parent>().result();
  REQUIRE(server != ::getpid());
  const rill::shared_value<std::int64_t> id(0);
  const auto held = pool.submit<&hold>(id);
  REQUIRE(comes_true([&] { return id.load() != 0; }));
  ::kill(static_cast<pid_t>(server), SIGKILL);
  CHECK_THAT(broken_text(held), Contains("ended with its fork server"));
  CHECK(pool.submit<&add>(1, 2).result() == 3);
}

TEST_CASE("workers end with the process that has started them", "[process]") {
  const auto watch =
      GENERATE(rill::detail::parent_watch::by_signal, rill::detail::parent_watch::by_channel);
  for (const auto start : both_starts) {
    const rill::shared_value<std::int64_t> id(0);
    const auto end = rill_test::run_in_child([&] {
      rill::detail::choose_parent_watch(watch);
      rill::process_pool_executor pool(workers(1, start));
      const auto held = pool.submit<&hold>(id);
      if (!comes_true([&] { return id.load() != 0; })) return 1;
      ::raise(SIGKILL);
      return 2;
    });
    CHECK(end.signal_number == SIGKILL);
    REQUIRE(id.load() != 0);
    CHECK(comes_true([&] { return has_gone(id.load()); }));
  }
}

TEST_CASE("workers end with their parent, though a child of it lives on", "[process]") {
  for (const auto start : both_starts) {
    const rill::shared_value<std::int64_t> id(0);
    const rill::shared_value<std::int64_t> sibling(0);
    const auto end = rill_test::run_in_child([&] {
      rill::process_pool_executor pool(workers(1, start));
      const auto held = pool.submit<&hold>(id);
      if (!comes_true([&] { return id.load() != 0; })) return 1;
      const pid_t child = ::fork();
      if (child == 0) {
        let_pipes_go();
        std::this_thread::sleep_for(60s);
        ::_exit(0);
      }
      sibling.store(child);
      ::raise(SIGKILL);
      return 2;
    });
    CHECK(end.signal_number == SIGKILL);
    REQUIRE(id.load() != 0);
    CHECK(comes_true([&] { return has_gone(id.load()); }));
    ::kill(static_cast<pid_t>(sibling.load()), SIGKILL);
  }
}

TEST_CASE("workers that watch their channel serve, and end when their pool does", "[process]") {
  for (const auto start : both_starts) {
    rill::process_pool_executor usual(workers(1, start));
    const int threads = usual.submit<&threads_here>().result();
    const watch_by_channel chosen;
    rill::process_pool_executor pool(workers(1, start));
    const std::int64_t first = pool.submit<&who>().result();
    const int more = pool.submit<&threads_here>().result() - threads;
    CHECK(more >= 1);
    if (RILL_TSAN == 0) CHECK(more == 1);  // the sanitizer starts one of its own with the first
    pool.shutdown();
    CHECK(has_gone(first));
    CHECK(pool.stats().lost == 0);
  }
}

TEST_CASE("a forked child has no part in the pool of its parent", "[process]") {
  auto pool = std::make_unique<rill::process_pool_executor>(workers(1));
  CHECK(pool->submit<&add>(1, 2).result() == 3);
  const auto end = rill_test::run_in_child([&] {
    try {
      static_cast<void>(pool->submit<&add>(1, 2));
      return 1;
    } catch (const rill::usage_error&) {
    }
    pool.reset();
    return 0;
  });
  CHECK(end.exit_code == 0);
  CHECK(pool->submit<&add>(1, 2).result() == 3);
}

TEST_CASE("a forked child neither ends the pool of its parent nor waits for it", "[process]") {
  for (const auto start : both_starts) {
    rill::process_pool_executor pool(workers(1, start));
    const std::int64_t worker = pool.submit<&who>().result();
    const auto end = rill_test::run_in_child([&] {
      pool.kill_workers();
      if (pool.stats().workers != 0 || !pool.worker_ids().empty()) return 1;
      pool.shutdown();
      pool.shutdown(true, true);
      rill::run(pool.aclose());
      return 0;
    });
    CHECK(end.exit_code == 0);
    CHECK(pool.submit<&who>().result() == worker);
    CHECK(pool.stats().lost == 0);
  }
}
