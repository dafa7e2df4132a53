// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <typeinfo>

#include "base/system_calls.hpp"
#include "exec/segment_head.hpp"
#include "exec/segment_mutex.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "rill/exec/detail/shared_segment.hpp"

namespace rill::detail {

namespace {

void close_memory(native_handle handle) noexcept { system_calls().close(static_cast<int>(handle)); }

[[noreturn]] void no_memory(int error) {
  throw_system_error(error, "rill: making memory that processes share");
}

}  // namespace

struct shared_segment::header {
  segment_head what;  // first: for shared_segment::count()
  segment_mutex mutex;
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
  static_assert(sizeof(header) <= segment_head::size);
  const std::size_t bytes = segment_head::bytes_for(count, size);
  const native_handle handle = make_shared_memory(bytes);
  if (handle == invalid_handle) no_memory(errno);
  std::shared_ptr<shared_segment> segment(new shared_segment(handle, bytes));
  auto* const head = ::new (segment->memory_) header{};
  head->what = segment_head::of(type, count);
  const int error = head->mutex.initialize();
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
  segment->head().what.must_be(type);
  return segment;
}

namespace {

shared_segment::attempt result_of(segment_mutex::outcome what) {
  switch (what.how) {
    case segment_mutex::taken:
      return shared_segment::attempt::taken;
    case segment_mutex::recovered:
      return shared_segment::attempt::recovered;
    case segment_mutex::busy:
      return shared_segment::attempt::busy;
    case segment_mutex::held_here:
      throw_usage("rill: this thread has the lock of the shared memory already");
    case segment_mutex::failed:
      break;
  }
  throw_system_error(what.error, "rill: locking shared memory");
}

}  // namespace

bool shared_segment::lock() { return result_of(head().mutex.lock()) == attempt::recovered; }

shared_segment::attempt shared_segment::try_lock() { return result_of(head().mutex.try_lock()); }

shared_segment::attempt shared_segment::try_lock_for(std::int64_t nanoseconds) {
  return result_of(head().mutex.try_lock_for(std::chrono::nanoseconds(nanoseconds)));
}

void shared_segment::unlock() noexcept { head().mutex.unlock(); }

}  // namespace rill::detail
