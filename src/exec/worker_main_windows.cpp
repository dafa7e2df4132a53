// SPDX-License-Identifier: BSL-1.0
#include <windows.h>

#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/quiet_thread.hpp"
#include "base/windows_handles.hpp"
#include "exec/process_channel.hpp"
#include "exec/worker_jobs.hpp"
#include "exec/worker_marker.hpp"
#include "exec/worker_process.hpp"

namespace rill::detail {

namespace {

/// What the parent has said: its id, the channel, a handle to its process.
struct birth {
  explicit birth(std::string_view marker) noexcept {
    const char* at = marker.data();
    const char* const end = at + marker.size();
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
  ::SetHandleInformation(handle_of(static_cast<native_handle>(handle)), HANDLE_FLAG_INHERIT, 0);
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
    ::WaitForSingleObject(handle_of(static_cast<native_handle>(parent)), INFINITE);
    ::TerminateProcess(::GetCurrentProcess(), 0);
  }).detach();
}

}  // namespace

// From the system's environment too.
void forget_worker_marker() noexcept { ::_putenv(worker_marker::nothing); }

int run_worker(worker_role /*role*/, std::string_view told) {
  const birth born(told);
  keep(born.channel);
  keep(born.parent);
  ignore_interrupts();
  // A crash ends the worker, and nobody is asked about it.
  ::SetErrorMode(::GetErrorMode() | SEM_NOGPFAULTERRORBOX | SEM_FAILCRITICALERRORS);
  if (chosen_parent_watch() == parent_watch::by_channel) end_with(born.parent);
  process_channel channel(static_cast<native_handle>(born.channel));
  channel.watch(static_cast<native_handle>(born.parent));
  return serve_jobs(channel);
}

}  // namespace rill::detail
