// SPDX-License-Identifier: BSL-1.0
#include <windows.h>

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <string>

#include "base/quiet_thread.hpp"
#include "exec/process_channel.hpp"
#include "exec/worker_jobs.hpp"
#include "exec/worker_marker.hpp"
#include "exec/worker_process.hpp"
#include "rill/exec/process_worker_main.hpp"

namespace rill {

namespace detail {

namespace {

std::atomic<bool> main_called = false;
std::atomic<parent_watch> watch_of_parent = parent_watch::by_signal;

/// What the parent has said: its id, the channel, a handle to its process.
struct birth {
  explicit birth(const std::string& marker) noexcept {
    const char* at = marker.data() + 2;
    const char* const end = marker.data() + marker.size();
    for (std::int64_t* const each : {&parent_id, &channel, &parent}) {
      at = std::from_chars(at, end, *each).ptr;
      if (at != end) ++at;
    }
  }

  std::int64_t parent_id = 0;
  std::int64_t channel = 0;
  std::int64_t parent = 0;
};

void keep(std::int64_t handle) noexcept {
  ::SetHandleInformation(reinterpret_cast<HANDLE>(handle), HANDLE_FLAG_INHERIT, 0);
}

// They are left to the parent. What is ignored by the C runtime is not so in programs that a job
// starts.
void ignore_interrupts() noexcept {
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGBREAK, SIG_IGN);
}

/// Where the system does not end this process with its parent.
void end_with(std::int64_t parent) {
  start_quiet_thread("rill-parent", [parent] {
    ::WaitForSingleObject(reinterpret_cast<HANDLE>(parent), INFINITE);
    ::TerminateProcess(::GetCurrentProcess(), 0);
  }).detach();
}

int serve(const std::string& marker) {
  const birth told(marker);
  keep(told.channel);
  keep(told.parent);
  ignore_interrupts();
  // A crash ends the worker, and nobody is asked about it.
  ::SetErrorMode(::GetErrorMode() | SEM_NOGPFAULTERRORBOX | SEM_FAILCRITICALERRORS);
  if (chosen_parent_watch() == parent_watch::by_channel) end_with(told.parent);
  process_channel channel(static_cast<native_handle>(told.channel));
  channel.watch(static_cast<native_handle>(told.parent));
  return serve_jobs(channel);
}

}  // namespace

bool worker_main_is_called() noexcept { return main_called.load(std::memory_order_relaxed); }

void choose_parent_watch(parent_watch how) noexcept {
  watch_of_parent.store(how, std::memory_order_relaxed);
}
parent_watch chosen_parent_watch() noexcept {
  return watch_of_parent.load(std::memory_order_relaxed);
}

}  // namespace detail

void process_worker_main() {
  detail::main_called.store(true, std::memory_order_relaxed);
  const char* const found = std::getenv(detail::worker_marker::name);
  if (found == nullptr) return;
  const std::string marker(found);
  ::_putenv("RILL_WORKER=");  // takes it away, from the system's environment too
  if (marker.size() < 2) return;
  detail::choose_parent_watch(static_cast<detail::parent_watch>(marker[1]));
  std::exit(detail::serve(marker));
}

}  // namespace rill
