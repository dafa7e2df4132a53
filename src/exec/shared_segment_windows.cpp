// SPDX-License-Identifier: BSL-1.0
//
// The memory is a mapping of the paging file without a name. Its lock is a mutex of the kernel,
// which gives it to the next one when its holder's thread has ended. The kernel's handles belong to
// processes, so each finds the mutex by a name that stands in the memory, and that nobody can
// guess.
#include <windows.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cwchar>
#include <iterator>
#include <new>
#include <random>
#include <typeinfo>
#include <utility>

#include "base/windows_errors.hpp"
#include "base/windows_handles.hpp"
#include "exec/segment_head.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "rill/exec/detail/shared_segment.hpp"

namespace rill::detail {

namespace {

[[noreturn]] void no_memory(DWORD code) {
  throw_system_error(errno_of(code), "rill: making memory that processes share");
}

}  // namespace

struct shared_segment::header {
  segment_head what;      // first: for shared_segment::count()
  std::uint32_t name[4];  // of the mutex
  std::uint32_t holder;   // the thread that has the mutex, or had it when it ended; 0: none
};

shared_segment::shared_segment(native_handle handle, std::size_t bytes)
    : handle_(handle), bytes_(bytes) {
  memory_ = ::MapViewOfFile(handle_of(handle), FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, bytes);
  if (memory_ == nullptr) {
    const DWORD code = ::GetLastError();
    ::CloseHandle(handle_of(handle));
    no_memory(code);
  }
}

// The lock stays as it is: other processes may have the memory.
shared_segment::~shared_segment() {
  if (lock_ != invalid_handle) ::CloseHandle(handle_of(lock_));
  ::UnmapViewOfFile(memory_);
  ::CloseHandle(handle_of(handle_));
}

// If it is gone, nobody has it, and another one does as well.
void shared_segment::open_lock() {
  wchar_t name[64];
  const std::uint32_t* const from = head().name;
  std::swprintf(name, std::size(name), L"Local\\rill-%08x%08x%08x%08x", from[0], from[1], from[2],
                from[3]);
  const HANDLE made = ::CreateMutexW(nullptr, FALSE, name);
  if (made == nullptr) no_memory(::GetLastError());
  lock_ = number_of(made);
}

std::shared_ptr<shared_segment> shared_segment::create(std::size_t count, std::size_t size,
                                                       const std::type_info& type) {
  static_assert(sizeof(header) <= segment_head::size);
  const std::size_t bytes = segment_head::bytes_for(count, size);
  const std::uint64_t wide_bytes = bytes;
  const HANDLE made = ::CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE,
                                           static_cast<DWORD>(wide_bytes >> 32),
                                           static_cast<DWORD>(wide_bytes & 0xffff'ffff), nullptr);
  if (made == nullptr) no_memory(::GetLastError());
  const auto handle = number_of(made);
  std::shared_ptr<shared_segment> segment(new shared_segment(handle, bytes));
  auto* const head = ::new (segment->memory_) header{};
  head->what = segment_head::of(type, count);
  std::random_device random;
  std::generate(std::begin(head->name), std::end(head->name), [&] { return random(); });
  segment->open_lock();
  return segment;
}

// All of it, whatever its size is.
std::shared_ptr<shared_segment> shared_segment::open(native_handle handle,
                                                     const std::type_info& type) {
  std::shared_ptr<shared_segment> segment(new shared_segment(handle, 0));
  segment->head().what.must_be(type);
  segment->open_lock();
  return segment;
}

// A thread that has a mutex of the kernel gets it again; the mark of the holder tells it. The mark
// is not taken away by one that dies, nor by the system.
shared_segment::attempt shared_segment::take(unsigned long milliseconds) {
  const DWORD waited = ::WaitForSingleObject(handle_of(lock_), milliseconds);
  if (waited == WAIT_TIMEOUT) return attempt::busy;
  if (waited == WAIT_FAILED) {
    throw_system_error(errno_of(::GetLastError()), "rill: locking shared memory");
  }
  const std::uint32_t own = ::GetCurrentThreadId();
  const std::uint32_t before = std::exchange(head().holder, own);
  if (waited == WAIT_OBJECT_0 && before == own) {
    ::ReleaseMutex(handle_of(lock_));
    throw_usage("rill: this thread has the lock of the shared memory already");
  }
  return before == 0 ? attempt::taken : attempt::recovered;
}

bool shared_segment::lock() { return take(INFINITE) == attempt::recovered; }

shared_segment::attempt shared_segment::try_lock() { return take(0); }

shared_segment::attempt shared_segment::try_lock_for(std::int64_t nanoseconds) {
  constexpr std::int64_t most = INFINITE - 1;
  const auto limit =
      std::chrono::ceil<std::chrono::milliseconds>(std::chrono::nanoseconds(nanoseconds));
  const std::int64_t count = limit.count();
  return take(static_cast<unsigned long>(std::clamp<std::int64_t>(count, 0, most)));
}

void shared_segment::unlock() noexcept {
  head().holder = 0;
  ::ReleaseMutex(handle_of(lock_));
}

}  // namespace rill::detail
