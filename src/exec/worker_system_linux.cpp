// SPDX-License-Identifier: BSL-1.0
#include "exec/worker_system.hpp"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace rill::detail {

native_handle open_process_end(pid_t process) noexcept {
  return static_cast<native_handle>(::syscall(SYS_pidfd_open, process, 0));
}

// By the handle, which is never another process', whoever has reaped this one. A child that was
// just started, and for which there was no handle to be had, is known by its id alone.
void kill_child(pid_t child, native_handle end) noexcept {
  if (end == invalid_handle) {
    ::kill(child, SIGKILL);
  } else {
    ::syscall(SYS_pidfd_send_signal, static_cast<int>(end), SIGKILL, nullptr, 0);
  }
}

// The very executable that runs here, even if its file was replaced meanwhile.
std::string own_program_path() { return "/proc/self/exe"; }

const char* own_program_name() noexcept { return ::program_invocation_name; }

char** own_environment() noexcept { return ::environ; }

// The signal comes when the thread ends that has started this process: pools start workers in
// threads that outlive them.
bool end_with_parent() noexcept { return ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0; }

}  // namespace rill::detail
