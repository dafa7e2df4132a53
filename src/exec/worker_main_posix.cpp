// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/system_calls.hpp"
#include "exec/process_channel.hpp"
#include "exec/worker_jobs.hpp"
#include "exec/worker_marker.hpp"
#include "exec/worker_process.hpp"
#include "exec/worker_system.hpp"

namespace rill::detail {

namespace {

// Unlike a signal that is ignored, one that is handled is back at its default in programs that a
// job starts.
void ignore_interrupts() noexcept {
  struct sigaction quiet{};
  quiet.sa_handler = [](int /*number*/) {};
  quiet.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &quiet, nullptr);
}

}  // namespace

// Where the parent ended before the system was asked for its signal, its id tells.
void follow_parent(std::int64_t parent, native_handle channel) {
  ignore_interrupts();
  if (chosen_parent_watch() == parent_watch::by_channel || !end_with_parent()) {
    return end_with_channel(channel);
  }
  if (::getppid() != parent) ::_exit(0);
}

void forget_worker_marker() noexcept { ::unsetenv(worker_marker::name); }

int run_worker(worker_role role, std::string_view told) {
  std::int64_t parent = 0;
  std::from_chars(told.data(), told.data() + told.size(), parent);
  constexpr int handle = worker_marker::channel;
  system_calls().fcntl(handle, F_SETFD, FD_CLOEXEC);
  if (role == worker_role::forks) {
    ignore_interrupts();
    // No signal of the system's ends it: the thread that started it may end earlier.
    return serve_forks(handle, parent);
  }
  follow_parent(parent, handle);
  process_channel channel(handle);
  return serve_jobs(channel);
}

}  // namespace rill::detail
