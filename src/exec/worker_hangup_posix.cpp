// SPDX-License-Identifier: BSL-1.0
//
// For systems that send no signal at a parent's end. Its descriptors are closed then, whatever it
// died of, so the channel's other end is; unless a process that it has forked has it too, which
// then stands for it.
#include <poll.h>
#include <unistd.h>

#include "base/quiet_thread.hpp"
#include "base/system_calls.hpp"
#include "exec/worker_process.hpp"

namespace rill::detail {

namespace {

// POLLHUP, which nobody needs to ask for, means both directions; a pool that only says that there
// are no more jobs ends one.
[[noreturn]] void wait_for_hangup(native_handle channel) noexcept {
  pollfd watched{static_cast<int>(channel), 0, 0};
  while (true) {
    if (system_calls().poll(&watched, 1, -1) > 0 && (watched.revents & POLLHUP) != 0) ::_exit(0);
  }
}

}  // namespace

// The thread is at it until the process ends, so nobody can join it.
void end_with_channel(native_handle channel) {
  start_quiet_thread("rill-parent", [channel] { wait_for_hangup(channel); }).detach();
}

}  // namespace rill::detail
