// SPDX-License-Identifier: BSL-1.0
// What is Windows' own of process pools.
#include <windows.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>
#include <thread>

#include "exec/pool_jobs.hpp"
#include "exec/worker_process.hpp"
#include "rill/core/coro.hpp"
#include "rill/loop/run_errors.hpp"
#include "rill/loop/runner.hpp"
#include "rill/loop/sleep.hpp"
#include "support/catch.hpp"
#include "support/skip.hpp"

using namespace std::chrono_literals;
using Catch::Contains;
using rill_test::broken_text;
using rill_test::workers;

namespace {

int add(int a, int b) { return a + b; }
void touch_nothing() { *reinterpret_cast<volatile int*>(std::uintptr_t{16}) = 1; }
void exit_by_system(std::uint32_t code) { ::ExitProcess(code); }
void set_event(std::int64_t handle) { ::SetEvent(reinterpret_cast<HANDLE>(handle)); }
bool has_nothing_to_read() { return std::getchar() == EOF; }
bool is_in_job() {
  BOOL is = FALSE;
  return ::IsProcessInJob(::GetCurrentProcess(), nullptr, &is) != FALSE && is != FALSE;
}
std::string environment_of_worker() {
  const char* const found = std::getenv("RILL_WORKER");
  char room[16];
  const DWORD size = ::GetEnvironmentVariableA("RILL_WORKER", room, sizeof room);
  return found == nullptr && size == 0 ? "clean" : "marked";
}

void wait_for_handlers() { std::this_thread::sleep_for(100ms); }

/// Ctrl-C for every program of the console that this one has then: itself.
bool press_control_c() { return ::GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0) != FALSE; }
bool have_console() {
  ::FreeConsole();
  return ::AllocConsole() != FALSE;
}
std::string outlive_control_c() {
  if (!have_console() || !press_control_c()) return "no console";
  wait_for_handlers();
  return "here";
}
rill::coro<> wait_for_control_c() {
  if (press_control_c()) co_await rill::sleep(1s);
}
std::string run_and_press_control_c() {
  try {
    rill::run(wait_for_control_c());
  } catch (const rill::interrupted_error&) {
    return "interrupted";
  }
  return "not interrupted";
}
std::string take_control_c_and_run() {
  std::signal(SIGINT, SIG_DFL);
  return run_and_press_control_c();
}

}  // namespace

TEST_CASE("there is no fork server, and a pool says so", "[process]") {
  std::error_code code;
  std::string text;
  try {
    const rill::process_pool_executor pool(workers(1, rill::worker_start::fork_server));
  } catch (const std::system_error& error) {
    code = error.code();
    text = error.what();
  }
  CHECK(code == std::errc::not_supported);
  CHECK_THAT(text, Contains("worker_start::spawn"));
}

TEST_CASE("a pool tells what a worker of Windows has ended with", "[process]") {
  rill::process_pool_executor pool(workers(1));
  CHECK_THAT(broken_text(pool.submit<&touch_nothing>()),
             Contains("ended with code 0xC0000005 (access violation)"));
  CHECK_THAT(broken_text(pool.submit<&exit_by_system>(70'000)), Contains("ended with code 70000"));
  CHECK_THAT(broken_text(pool.submit<&exit_by_system>(0xC000'0409U)),
             Contains("ended with code 0xC0000409"));
  CHECK(pool.submit<&add>(1, 2).result() == 3);
}

TEST_CASE("a worker inherits nothing that it is not meant to have", "[process]") {
  SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
  const HANDLE event = ::CreateEventW(&inherited, TRUE, FALSE, nullptr);
  rill::process_pool_executor pool(workers(1));
  pool.submit<&set_event>(reinterpret_cast<std::int64_t>(event)).result();
  CHECK(::WaitForSingleObject(event, 0) == WAIT_TIMEOUT);
  ::CloseHandle(event);
  CHECK(pool.submit<&has_nothing_to_read>().result());
  CHECK(pool.submit<&environment_of_worker>().result() == "clean");
}

TEST_CASE("a worker is in a job, with which it ends", "[process]") {
  if (is_in_job()) {
    rill_test::skip("this process is in a job itself");
    return;
  }
  rill::process_pool_executor pool(workers(1));
  CHECK(pool.submit<&is_in_job>().result());
}

TEST_CASE("Ctrl-C of a console is left to the parent, unless a job takes it", "[process]") {
  rill::process_pool_executor pool(workers(1));
  const std::string seen = pool.submit<&outlive_control_c>().result();
  if (seen == "no console") {
    rill_test::skip("here a process cannot have a console of its own");
    return;
  }
  CHECK(seen == "here");
  CHECK(pool.submit<&run_and_press_control_c>().result() == "not interrupted");
  CHECK(pool.submit<&take_control_c_and_run>().result() == "interrupted");
  CHECK(pool.submit<&add>(1, 2).result() == 3);
}
