// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/system_calls.hpp"
#include "exec/process_channel.hpp"
#include "exec/worker_jobs.hpp"
#include "exec/worker_marker.hpp"
#include "exec/worker_process.hpp"
#include "exec/worker_system.hpp"
#include "rill/exec/process_worker_main.hpp"

namespace rill {

namespace detail {

namespace {

std::atomic<bool> main_called = false;
std::atomic<parent_watch> watch_of_parent = parent_watch::by_signal;

// Unlike a signal that is ignored, one that is handled is back at its default in programs that a
// job starts.
void ignore_interrupts() noexcept {
  struct sigaction quiet{};
  quiet.sa_handler = [](int /*number*/) {};
  quiet.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &quiet, nullptr);
}

}  // namespace

bool worker_main_is_called() noexcept { return main_called.load(std::memory_order_relaxed); }

void choose_parent_watch(parent_watch how) noexcept {
  watch_of_parent.store(how, std::memory_order_relaxed);
}
parent_watch chosen_parent_watch() noexcept {
  return watch_of_parent.load(std::memory_order_relaxed);
}

// Where the parent ended before the system was asked for its signal, its id tells.
void follow_parent(std::int64_t parent, native_handle channel) {
  ignore_interrupts();
  if (chosen_parent_watch() == parent_watch::by_channel || !end_with_parent()) {
    return end_with_channel(channel);
  }
  if (::getppid() != parent) ::_exit(0);
}

}  // namespace detail

void process_worker_main() {
  detail::main_called.store(true, std::memory_order_relaxed);
  const char* const found = std::getenv(detail::worker_marker::name);
  if (found == nullptr) return;
  const std::string marker(found);
  ::unsetenv(detail::worker_marker::name);
  if (marker.size() < 2) return;

  detail::choose_parent_watch(static_cast<detail::parent_watch>(marker[1]));
  std::int64_t parent = 0;
  std::from_chars(marker.data() + 2, marker.data() + marker.size(), parent);
  constexpr int handle = detail::worker_marker::channel;
  detail::system_calls().fcntl(handle, F_SETFD, FD_CLOEXEC);
  if (marker.front() == static_cast<char>(detail::worker_role::forks)) {
    detail::ignore_interrupts();
    // No signal of the system's ends it: the thread that started it may end earlier.
    std::exit(detail::serve_forks(handle, parent));
  }
  detail::follow_parent(parent, handle);
  detail::process_channel channel(handle);
  std::exit(detail::serve_jobs(channel));
}

}  // namespace rill
