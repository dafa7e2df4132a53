// SPDX-License-Identifier: BSL-1.0
#include "rill/core/detail/frame_pool.hpp"

#include <cstddef>
#include <mutex>
#include <new>

#include "rill/base/config.hpp"

namespace rill::detail {

namespace {

// Classes of 32 bytes up to 2 KiB; larger blocks go to the heap.
constexpr std::size_t granule = 32;
constexpr std::size_t class_count = 64;
constexpr std::size_t largest = granule * class_count;
// A thread keeps at most two batches per class; further batches go to the depot, where any thread finds them, and
// what the depot does not want goes back to the heap.
constexpr std::size_t batch_bytes = 32 * 1024;
constexpr std::size_t depot_batches = 64;

struct block {
  block* next;
  block* next_batch;  // in the first block of a batch in the depot
};

constexpr std::size_t class_of(std::size_t size) noexcept { return (size + granule - 1) / granule - 1; }
constexpr std::size_t class_size(std::size_t index) noexcept { return (index + 1) * granule; }
constexpr std::size_t batch_length(std::size_t index) noexcept { return batch_bytes / class_size(index); }

void free_batch(block* batch, std::size_t index) noexcept {
  while (batch != nullptr) {
    block* const next = batch->next;
    ::operator delete(batch, class_size(index));
    batch = next;
  }
}

// Batches that one thread has left over and another may need. Never destroyed: threads may end after main.
class depot {
 public:
  bool give(block* batch, std::size_t index) noexcept {
    const std::lock_guard<std::mutex> guard(mutex_);
    shelf& place = shelves_[index];
    if (place.count == depot_batches) return false;
    batch->next_batch = place.first;
    place.first = batch;
    ++place.count;
    return true;
  }
  block* take(std::size_t index) noexcept {
    const std::lock_guard<std::mutex> guard(mutex_);
    shelf& place = shelves_[index];
    block* const batch = place.first;
    if (batch != nullptr) {
      place.first = batch->next_batch;
      --place.count;
    }
    return batch;
  }

 private:
  struct shelf {
    block* first = nullptr;
    std::size_t count = 0;
  };
  std::mutex mutex_;
  shelf shelves_[class_count];
};

depot& shared_depot() noexcept {
  alignas(depot) static std::byte room[sizeof(depot)];
  static depot* const made = ::new (static_cast<void*>(room)) depot;
  return *made;
}

struct cache_slot {
  block* first = nullptr;   // in use
  block* spare = nullptr;   // one whole batch, or null
  std::size_t count = 0;    // of first
};

struct thread_cache {
  cache_slot slots[class_count];
  bool cleaner_ready = false;
  bool closed = false;  // the thread is ending: pass everything through
};

constinit thread_local thread_cache cache;

struct cache_cleaner {
  ~cache_cleaner() {
    cache.closed = true;
    for (std::size_t index = 0; index < class_count; ++index) {
      free_batch(cache.slots[index].first, index);
      free_batch(cache.slots[index].spare, index);
      cache.slots[index] = cache_slot();
    }
  }
};

// Has the cache given back when the thread ends.
RILL_NOINLINE void arm_cleaner() noexcept {
  static thread_local cache_cleaner cleaner;
  static_cast<void>(&cleaner);
  cache.cleaner_ready = true;
}

RILL_NOINLINE void* refill(cache_slot& slot, std::size_t index) {
  if (cache.closed) return ::operator new(class_size(index));
  if (!cache.cleaner_ready) arm_cleaner();
  block* batch = slot.spare;
  slot.spare = nullptr;
  if (batch == nullptr) batch = shared_depot().take(index);
  if (batch == nullptr) return ::operator new(class_size(index));
  slot.first = batch->next;
  slot.count = batch_length(index) - 1;
  return batch;
}

RILL_NOINLINE void overflow(cache_slot& slot, std::size_t index, block* returned) noexcept {
  if (cache.closed) {
    ::operator delete(returned, class_size(index));
    return;
  }
  if (!cache.cleaner_ready) arm_cleaner();
  if (slot.spare != nullptr && !shared_depot().give(slot.spare, index)) free_batch(slot.spare, index);
  slot.spare = slot.first;
  returned->next = nullptr;
  slot.first = returned;
  slot.count = 1;
}

}  // namespace

void* pool_allocate(std::size_t size) {
  if constexpr (RILL_ASAN != 0) return ::operator new(size);  // so that AddressSanitizer sees each block's end
  if (size > largest || size == 0) [[unlikely]]
    return ::operator new(size);
  const std::size_t index = class_of(size);
  cache_slot& slot = cache.slots[index];
  block* const first = slot.first;
  if (first == nullptr) [[unlikely]]
    return refill(slot, index);
  slot.first = first->next;
  --slot.count;
  return first;
}

void pool_deallocate(void* memory, std::size_t size) noexcept {
  if constexpr (RILL_ASAN != 0) {
    ::operator delete(memory, size);
    return;
  }
  if (size > largest || size == 0) [[unlikely]] {
    ::operator delete(memory, size);
    return;
  }
  const std::size_t index = class_of(size);
  cache_slot& slot = cache.slots[index];
  auto* const returned = static_cast<block*>(memory);
  if (slot.count == batch_length(index)) [[unlikely]] {
    overflow(slot, index, returned);
    return;
  }
  returned->next = slot.first;
  slot.first = returned;
  ++slot.count;
}

}  // namespace rill::detail
