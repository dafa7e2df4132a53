// SPDX-License-Identifier: BSL-1.0
#include "exec/worker_system.hpp"

#include <crt_externs.h>
#include <fcntl.h>
#include <mach-o/dyld.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/event.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "base/system_calls.hpp"
#include "rill/base/error.hpp"

namespace rill::detail {

// A queue is readable when it has something to tell, and this one has one thing only. A child that
// is gone already is still to be reaped, so that its number is its own.
native_handle open_process_end(pid_t process) noexcept {
  const int queue = ::kqueue();
  if (queue < 0) return invalid_handle;
  struct kevent wanted{};
  wanted.ident = static_cast<std::uintptr_t>(process);
  wanted.filter = EVFILT_PROC;
  wanted.flags = EV_ADD;
  wanted.fflags = NOTE_EXIT;
  if (system_calls().fcntl(queue, F_SETFD, FD_CLOEXEC) == 0) {
    if (::kevent(queue, &wanted, 1, nullptr, 0, nullptr) == 0) return queue;
    if (errno == ESRCH) {
      wanted = {};
      wanted.filter = EVFILT_USER;
      wanted.flags = EV_ADD;
      wanted.fflags = NOTE_TRIGGER;
      if (::kevent(queue, &wanted, 1, nullptr, 0, nullptr) == 0) return queue;
    }
  }
  const int error = errno;
  system_calls().close(queue);
  errno = error;
  return invalid_handle;
}

void kill_child(pid_t child, native_handle /*end*/) noexcept { ::kill(child, SIGKILL); }

std::string own_program_path() {
  std::uint32_t size = 0;
  ::_NSGetExecutablePath(nullptr, &size);
  std::string path(size, '\0');
  if (::_NSGetExecutablePath(path.data(), &size) != 0) {
    throw_system_error(ENAMETOOLONG, "rill: the path of this program");
  }
  path.resize(::strlen(path.c_str()));
  return path;
}

const char* own_program_name() noexcept { return ::getprogname(); }

char** own_environment() noexcept { return *::_NSGetEnviron(); }

// Nothing is inherited but what the actions name.
short close_from(posix_spawn_file_actions_t& files, int /*first*/) noexcept {
  ::posix_spawn_file_actions_addinherit_np(&files, STDOUT_FILENO);
  ::posix_spawn_file_actions_addinherit_np(&files, STDERR_FILENO);
  return POSIX_SPAWN_CLOEXEC_DEFAULT;
}

const char* signal_text(int number) noexcept {
  return number > 0 && number < NSIG ? ::sys_siglist[number] : nullptr;
}

bool end_with_parent() noexcept { return false; }

}  // namespace rill::detail
