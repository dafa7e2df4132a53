// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include <cerrno>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <typeinfo>

#include "base/system_calls.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "rill/exec/detail/shared_segment.hpp"

namespace rill::detail {

namespace {

// The items begin here, aligned for whatever they are.
constexpr std::size_t head_size = 128;

std::uint64_t mark_of(const std::type_info& type) noexcept { return type.hash_code(); }

void close_memory(native_handle handle) noexcept { system_calls().close(static_cast<int>(handle)); }

[[noreturn]] void no_memory(int error) {
  throw_system_error(error, "rill: making memory that processes share");
}

}  // namespace

struct shared_segment::header {
  pthread_mutex_t mutex;
  std::uint64_t type;
  std::uint64_t count;
};

shared_segment::shared_segment(native_handle handle, std::size_t bytes)
    : handle_(handle), bytes_(bytes) {
  memory_ = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, static_cast<int>(handle), 0);
  if (memory_ == MAP_FAILED) {
    const int error = errno;
    close_memory(handle);
    no_memory(error);
  }
}

// The lock stays as it is: other processes may have the memory.
shared_segment::~shared_segment() {
  ::munmap(memory_, bytes_);
  close_memory(handle_);
}

std::shared_ptr<shared_segment> shared_segment::create(std::size_t count, std::size_t size,
                                                       const std::type_info& type) {
  if (count > (std::numeric_limits<std::int64_t>::max() - head_size) / size) {
    throw std::length_error("rill: a shared_array cannot be that large");
  }
  const std::size_t bytes = head_size + count * size;
  const int handle = system_calls().memfd_create("rill", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (handle < 0) no_memory(errno);
  // Sealed, no process can make it shorter under the feet of another.
  if (system_calls().ftruncate(handle, static_cast<off_t>(bytes)) != 0 ||
      system_calls().fcntl(handle, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
    const int error = errno;
    close_memory(handle);
    no_memory(error);
  }
  std::shared_ptr<shared_segment> segment(new shared_segment(handle, bytes));
  auto* const head = ::new (segment->memory_) header{};
  head->type = mark_of(type);
  head->count = count;
  pthread_mutexattr_t how;
  ::pthread_mutexattr_init(&how);
  ::pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
  ::pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST);
  ::pthread_mutexattr_settype(&how, PTHREAD_MUTEX_ERRORCHECK);
  const int error = ::pthread_mutex_init(&head->mutex, &how);
  ::pthread_mutexattr_destroy(&how);
  if (error != 0) no_memory(error);
  return segment;
}

std::shared_ptr<shared_segment> shared_segment::open(native_handle handle,
                                                     const std::type_info& type) {
  struct stat status{};
  if (system_calls().fstat(static_cast<int>(handle), &status) != 0) {
    const int error = errno;
    close_memory(handle);
    no_memory(error);
  }
  std::shared_ptr<shared_segment> segment(
      new shared_segment(handle, static_cast<std::size_t>(status.st_size)));
  if (segment->head().type != mark_of(type)) {
    throw_usage("rill: the memory that another process shares holds another type");
  }
  return segment;
}

void* shared_segment::data() const noexcept { return static_cast<std::byte*>(memory_) + head_size; }

std::size_t shared_segment::count() const noexcept { return head().count; }

namespace {

shared_segment::attempt result_of(int error, pthread_mutex_t& mutex) {
  switch (error) {
    case 0:
      return shared_segment::attempt::taken;
    case EOWNERDEAD:
      ::pthread_mutex_consistent(&mutex);
      return shared_segment::attempt::recovered;
    case EBUSY:
    case ETIMEDOUT:
      return shared_segment::attempt::busy;
    case EDEADLK:
      throw_usage("rill: this thread has the lock of the shared memory already");
    default:
      throw_system_error(error, "rill: locking shared memory");
  }
}

}  // namespace

bool shared_segment::lock() {
  pthread_mutex_t& mutex = head().mutex;
  return result_of(::pthread_mutex_lock(&mutex), mutex) == attempt::recovered;
}

shared_segment::attempt shared_segment::try_lock() {
  pthread_mutex_t& mutex = head().mutex;
  return result_of(::pthread_mutex_trylock(&mutex), mutex);
}

shared_segment::attempt shared_segment::try_lock_for(std::chrono::nanoseconds limit) {
  static_assert(sizeof(header) <= head_size);
  timespec until{};
  ::clock_gettime(CLOCK_MONOTONIC, &until);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(limit);
  until.tv_sec += static_cast<time_t>(seconds.count());
  until.tv_nsec += static_cast<long>((limit - seconds).count());
  if (until.tv_nsec >= 1'000'000'000) {
    ++until.tv_sec;
    until.tv_nsec -= 1'000'000'000;
  }
  pthread_mutex_t& mutex = head().mutex;
  return result_of(::pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &until), mutex);
}

void shared_segment::unlock() noexcept { ::pthread_mutex_unlock(&head().mutex); }

}  // namespace rill::detail
