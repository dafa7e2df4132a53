// SPDX-License-Identifier: BSL-1.0
#include "support/allocation_counter.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

#include "rill/base/config.hpp"
#include "rill/core/detail/frame_pool.hpp"

namespace {

std::atomic<std::size_t> allocations{0};
std::atomic<std::size_t> latest_large{0};

// How many may succeed before one fails; negative: all.
thread_local long until_failure = -1;

[[maybe_unused]] void* counted(std::size_t size) {
  if (until_failure >= 0 && until_failure-- == 0) throw std::bad_alloc();
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (size > rill::detail::pool_largest) latest_large.store(size, std::memory_order_relaxed);
  void* const block = std::malloc(size == 0 ? 1 : size);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

}  // namespace

bool rill_test::counts_allocations() noexcept { return RILL_TSAN == 0; }

std::size_t rill_test::allocation_count() noexcept {
  return allocations.load(std::memory_order_relaxed);
}

rill_test::failing_allocation::failing_allocation(std::size_t after) noexcept {
  until_failure = static_cast<long>(after);
}
rill_test::failing_allocation::~failing_allocation() { until_failure = -1; }
bool rill_test::failing_allocation::has_failed() const noexcept { return until_failure < 0; }

std::size_t rill_test::latest_large_allocation() noexcept {
  return latest_large.load(std::memory_order_relaxed);
}

#if RILL_TSAN == 0
void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
// The library's own nothrow forms would not be paired with the deletes below under sanitizers.
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept {
  return operator new(size, tag);
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete(void* block, const std::nothrow_t& /*tag*/) noexcept { std::free(block); }
void operator delete[](void* block, const std::nothrow_t& /*tag*/) noexcept { std::free(block); }
void operator delete(void* block, std::size_t /*size*/) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t /*size*/) noexcept { std::free(block); }
#endif
