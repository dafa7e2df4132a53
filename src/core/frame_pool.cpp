// SPDX-License-Identifier: BSL-1.0
#include "rill/core/detail/frame_pool.hpp"

#include <cstddef>
#include <mutex>
#include <new>

#include "rill/base/config.hpp"

namespace rill::detail {

namespace {

// Classes of 16 bytes up to 2 KiB; larger blocks go to the heap.
constexpr std::size_t granule = 16;
constexpr std::size_t class_count = 128;
constexpr std::size_t largest = granule * class_count;
// Blocks are cut from slabs of this size, which are never given back: a block has no header and
// costs no more than its class, and a program keeps the memory of its peak. A thread keeps at most
// two slabs' worth of free blocks per class; what is beyond that goes to the depot, where every
// thread finds it.
constexpr std::size_t slab_bytes = 32 * 1024;

struct block {
  block* next;
  // In the first block of a batch in the depot:
  block* next_batch;
  std::size_t batch_count;
};
// A block must have room for the links of a batch.
constexpr std::size_t smallest = 32;
static_assert(sizeof(block) <= smallest);

constexpr std::size_t class_of(std::size_t size) noexcept {
  return ((size < smallest ? smallest : size) - 1) / granule;
}
constexpr std::size_t class_size(std::size_t index) noexcept { return (index + 1) * granule; }
constexpr std::size_t batch_length(std::size_t index) noexcept {
  return slab_bytes / class_size(index);
}
static_assert(class_of(1) == 1 && class_of(32) == 1 && class_of(33) == 2 && class_of(48) == 2 &&
              class_of(2048) == 127);

// Free blocks that no thread holds. Never destroyed: threads may end after main.
class depot {
 public:
  void give(block* batch, std::size_t count, std::size_t index) noexcept {
    const std::lock_guard<std::mutex> guard(mutex_);
    batch->batch_count = count;
    batch->next_batch = shelves_[index];
    shelves_[index] = batch;
  }
  block* take(std::size_t index) noexcept {
    const std::lock_guard<std::mutex> guard(mutex_);
    block* const batch = shelves_[index];
    if (batch != nullptr) shelves_[index] = batch->next_batch;
    return batch;
  }

 private:
  std::mutex mutex_;
  block* shelves_[class_count] = {};
};

depot& shared_depot() noexcept {
  alignas(depot) static std::byte room[sizeof(depot)];
  static depot* const made = ::new (static_cast<void*>(room)) depot;
  return *made;
}

struct cache_slot {
  block* first = nullptr;  // in use
  block* spare = nullptr;  // one whole batch, or null
  std::size_t count = 0;   // of first
};

struct thread_cache {
  cache_slot slots[class_count];
  bool cleaner_ready = false;
  bool closed = false;  // the thread is ending: blocks go straight to the depot
};

constinit thread_local thread_cache cache;

struct cache_cleaner {
  ~cache_cleaner() {
    cache.closed = true;
    for (std::size_t index = 0; index < class_count; ++index) {
      cache_slot& slot = cache.slots[index];
      if (slot.first != nullptr) shared_depot().give(slot.first, slot.count, index);
      if (slot.spare != nullptr) shared_depot().give(slot.spare, batch_length(index), index);
      slot = cache_slot();
    }
  }
};

// Has the cache given back when the thread ends.
RILL_NOINLINE void arm_cleaner() noexcept {
  static thread_local cache_cleaner cleaner;
  static_cast<void>(&cleaner);
  cache.cleaner_ready = true;
}

block* cut_slab(std::size_t index) {
  const std::size_t size = class_size(index);
  const std::size_t count = batch_length(index);
  auto* const slab = static_cast<std::byte*>(::operator new(count * size));
  block* list = nullptr;
  for (std::size_t i = count; i-- > 0;) {
    list = ::new (static_cast<void*>(slab + i * size)) block{list, nullptr, 0};
  }
  list->batch_count = count;
  return list;
}

RILL_NOINLINE void* refill(cache_slot& slot, std::size_t index) {
  if (!cache.closed && !cache.cleaner_ready) arm_cleaner();
  block* batch = slot.spare;
  if (batch != nullptr) {
    batch->batch_count = batch_length(index);
    slot.spare = nullptr;
  } else {
    batch = shared_depot().take(index);
    if (batch == nullptr) batch = cut_slab(index);
  }
  slot.first = batch->next;
  slot.count = batch->batch_count - 1;
  return batch;
}

RILL_NOINLINE void overflow(cache_slot& slot, std::size_t index, block* returned) noexcept {
  if (!cache.closed && !cache.cleaner_ready) arm_cleaner();
  if (slot.spare != nullptr) shared_depot().give(slot.spare, batch_length(index), index);
  slot.spare = slot.first;
  returned->next = nullptr;
  slot.first = returned;
  slot.count = 1;
}

}  // namespace

void* pool_allocate(std::size_t size) {
  if constexpr (RILL_ASAN != 0)
    return ::operator new(size);  // so that AddressSanitizer sees each block's end
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
  auto* const returned = ::new (memory) block;
  if (cache.closed) [[unlikely]] {
    returned->next = nullptr;
    shared_depot().give(returned, 1, index);
    return;
  }
  cache_slot& slot = cache.slots[index];
  if (slot.count == batch_length(index)) [[unlikely]] {
    overflow(slot, index, returned);
    return;
  }
  returned->next = slot.first;
  slot.first = returned;
  ++slot.count;
}

}  // namespace rill::detail
