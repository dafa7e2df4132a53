// SPDX-License-Identifier: BSL-1.0
//
// The C library has no mutex that outlives its holder, so the lock is a word that says who has it.
// Whoever waits looks again and again, ever more rarely, and takes the lock of a process that is
// gone. A new process that got the number of a dead holder is taken for it, and waited for.
#include "exec/segment_mutex.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <thread>

#include "base/system_calls.hpp"

namespace rill::detail {

namespace {

using clock = std::chrono::steady_clock;

/// The process above, a number of the thread below, which is never 0.
std::uint64_t own_mark() noexcept {
  std::uint64_t thread = 0;
  ::pthread_threadid_np(nullptr, &thread);
  return static_cast<std::uint64_t>(::getpid()) << 32 | (thread & 0x7fff'ffff) | 0x8000'0000;
}

bool is_dead(std::uint64_t mark) noexcept {
  return ::kill(static_cast<pid_t>(mark >> 32), 0) != 0 && errno == ESRCH;
}

bool exchange(std::uint64_t& word, std::uint64_t& expected, std::uint64_t desired) noexcept {
  return __atomic_compare_exchange_n(&word, &expected, desired, false, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED);
}

}  // namespace

int segment_mutex::initialize() noexcept {
  holder_ = 0;
  return 0;
}

segment_mutex::outcome segment_mutex::try_lock() noexcept {
  const std::uint64_t own = own_mark();
  std::uint64_t seen = 0;
  if (exchange(holder_, seen, own)) return {taken, 0};
  if (seen == own) return {held_here, 0};
  if (is_dead(seen) && exchange(holder_, seen, own)) return {recovered, 0};
  return {busy, 0};
}

segment_mutex::outcome segment_mutex::try_lock_for(std::chrono::nanoseconds limit) noexcept {
  const clock::time_point begun = clock::now();
  std::chrono::microseconds pause(10);
  while (true) {
    const outcome tried = try_lock();
    if (tried.how != busy || clock::now() - begun >= limit) return tried;
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, std::chrono::microseconds(2000));
  }
}

segment_mutex::outcome segment_mutex::lock() noexcept {
  return try_lock_for(std::chrono::nanoseconds::max());
}

void segment_mutex::unlock() noexcept {
  __atomic_store_n(&holder_, std::uint64_t(0), __ATOMIC_RELEASE);
}

// Under a name for a moment. Its size can be set once only.
native_handle make_shared_memory(std::size_t bytes) noexcept {
  int handle = -1;
  do {
    char name[32];
    std::snprintf(name, sizeof name, "/rill-%08x%08x", ::arc4random(), ::arc4random());
    handle = ::shm_open(name, O_RDWR | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    if (handle >= 0) ::shm_unlink(name);
  } while (handle < 0 && errno == EEXIST);
  if (handle < 0) return invalid_handle;
  if (system_calls().fcntl(handle, F_SETFD, FD_CLOEXEC) == 0 &&
      system_calls().ftruncate(handle, static_cast<off_t>(bytes)) == 0) {
    return handle;
  }
  const int error = errno;
  system_calls().close(handle);
  errno = error;
  return invalid_handle;
}

}  // namespace rill::detail
