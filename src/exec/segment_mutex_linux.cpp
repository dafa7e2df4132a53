// SPDX-License-Identifier: BSL-1.0
// A robust mutex of the C library.
#include "exec/segment_mutex.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>

#include <cerrno>

#include "base/system_calls.hpp"
#include "exec/linux_library.hpp"

namespace rill::detail {

namespace {

segment_mutex::outcome outcome_of(int error, pthread_mutex_t& mutex) noexcept {
  switch (error) {
    case 0:
      return {segment_mutex::taken, 0};
    case EOWNERDEAD:
      ::pthread_mutex_consistent(&mutex);
      return {segment_mutex::recovered, 0};
    case EBUSY:
    case ETIMEDOUT:
      return {segment_mutex::busy, 0};
    case EDEADLK:
      return {segment_mutex::held_here, 0};
    default:
      return {segment_mutex::failed, error};
  }
}

}  // namespace

int segment_mutex::initialize() noexcept {
  pthread_mutexattr_t how;
  ::pthread_mutexattr_init(&how);
  ::pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
  ::pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST);
  ::pthread_mutexattr_settype(&how, PTHREAD_MUTEX_ERRORCHECK);
  const int error = ::pthread_mutex_init(&mutex_, &how);
  ::pthread_mutexattr_destroy(&how);
  return error;
}

segment_mutex::outcome segment_mutex::lock() noexcept {
  return outcome_of(::pthread_mutex_lock(&mutex_), mutex_);
}

segment_mutex::outcome segment_mutex::try_lock() noexcept {
  return outcome_of(::pthread_mutex_trylock(&mutex_), mutex_);
}

segment_mutex::outcome segment_mutex::try_lock_for(std::chrono::nanoseconds limit) noexcept {
  timespec until{};
  ::clock_gettime(CLOCK_MONOTONIC, &until);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(limit);
  until.tv_sec += static_cast<time_t>(seconds.count());
  until.tv_nsec += static_cast<long>((limit - seconds).count());
  if (until.tv_nsec >= 1'000'000'000) {
    ++until.tv_sec;
    until.tv_nsec -= 1'000'000'000;
  }
  return outcome_of(lock_until(mutex_, until), mutex_);
}

void segment_mutex::unlock() noexcept { ::pthread_mutex_unlock(&mutex_); }

native_handle make_shared_memory(std::size_t bytes) noexcept {
  const system_call_table& system = system_calls();
  const int handle = system.memfd_create("rill", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (handle < 0) return invalid_handle;
  // Sealed, no process can make it shorter under the feet of another.
  if (system.ftruncate(handle, static_cast<off_t>(bytes)) == 0 &&
      system.fcntl(handle, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) == 0) {
    return handle;
  }
  const int error = errno;
  system.close(handle);
  errno = error;
  return invalid_handle;
}

}  // namespace rill::detail
