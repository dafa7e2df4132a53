// SPDX-License-Identifier: BSL-1.0
#include "rill/core/detail/frame_pool.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>

#include "base/thread_end_hook.hpp"
#include "rill/base/config.hpp"

namespace rill::detail {

namespace {

constexpr std::size_t class_count = pool_largest / pool_granule;
// Blocks are cut from slabs of this size, which are never given back: a block has no header and
// costs no more than its class, and a program keeps the memory of its peak. A thread's first slabs
// of a class are smaller, so that a small program touches few pages. A thread keeps at most two
// slabs' worth of free blocks per class; what is beyond that goes to the depot, where every thread
// finds it.
constexpr std::size_t slab_bytes = 32 * 1024;
constexpr std::size_t first_slab_bytes = 1024;

struct block {
  block* next;
  // In the first block of a batch in the depot:
  block* next_batch;
  std::size_t batch_count;
};
static_assert(sizeof(block) <= pool_smallest, "a block must have room for the links of a batch");

constexpr std::size_t class_size(std::size_t index) noexcept { return (index + 1) * pool_granule; }
constexpr std::size_t batch_length(std::size_t index) noexcept {
  return slab_bytes / class_size(index);
}
static_assert(pool_class(1) == 1 && pool_class(32) == 1 && pool_class(33) == 2);
static_assert(pool_class(48) == 2 && pool_class(2048) == class_count - 1);

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

// No room is left for more where `first` has a whole batch, where there was never a block, and in a
// thread that is ending: so the common case asks one thing.
struct cache_slot {
  block* first = nullptr;  // in use
  block* spare = nullptr;  // one whole batch, or null
  std::uint32_t room = 0;  // how many more `first` takes
  std::uint32_t cuts = 0;  // slabs that this thread has cut, as long as they grow
};

struct thread_cache {
  cache_slot slots[class_count];
  bool cleaner_ready = false;
  bool closed = false;  // the thread is ending: blocks go straight to the depot
};

// What a thread holds goes to the depot.
void close(thread_cache& cache) noexcept {
  cache.closed = true;
  for (std::size_t index = 0; index < class_count; ++index) {
    cache_slot& slot = cache.slots[index];
    if (slot.first != nullptr)
      shared_depot().give(slot.first, batch_length(index) - slot.room, index);
    if (slot.spare != nullptr) shared_depot().give(slot.spare, batch_length(index), index);
    slot = cache_slot();
  }
}

constinit thread_local thread_cache own_cache;

// Has the cache given back when the thread ends.
RILL_NOINLINE void arm_cleaner() noexcept {
  struct cleaner {
    ~cleaner() { close(own_cache); }
  };
  static thread_local cleaner at_end;
  static_cast<void>(&at_end);
  own_cache.cleaner_ready = true;
}

// Thread-locals that the compiler emulates, as on Windows, have gone when destructors of others
// run: so the cache is a block of its own there, and given to the function that ends it.
class kept_cache {
 public:
  static thread_cache& mine() noexcept { return known_ != nullptr ? *known_ : make(); }

 private:
  RILL_NOINLINE static thread_cache& make() noexcept {
    static const thread_end_hook at_end([](void* given) { end(given); });
    auto* const cache = new (std::nothrow) thread_cache;
    if (cache == nullptr || !at_end.set(cache)) {
      delete cache;
      return none_;
    }
    cache->cleaner_ready = true;
    known_ = cache;
    return *cache;
  }

  static void end(void* given) noexcept {
    auto* const cache = static_cast<thread_cache*>(given);
    close(*cache);
    delete cache;
    known_ = &none_;
  }

  static constinit thread_local thread_cache* known_;
  static constinit thread_cache none_;  // closed, so never changed
};

constinit thread_local thread_cache* kept_cache::known_ = nullptr;
constinit thread_cache kept_cache::none_{{}, true, true};

thread_cache& this_cache() noexcept {
  if constexpr (RILL_WINDOWS != 0) {
    return kept_cache::mine();
  } else {
    return own_cache;
  }
}

// Twice the one before, up to a whole batch.
block* cut_slab(cache_slot& slot, std::size_t index) {
  const std::size_t size = class_size(index);
  const std::size_t bytes = first_slab_bytes << slot.cuts;
  if (bytes < slab_bytes) ++slot.cuts;
  const std::size_t count = bytes < size ? 1 : bytes / size;
  auto* const slab = static_cast<std::byte*>(::operator new(count * size));
  block* list = nullptr;
  for (std::size_t i = count; i-- > 0;) {
    list = ::new (static_cast<void*>(slab + i * size)) block{list, nullptr, 0};
  }
  list->batch_count = count;
  return list;
}

RILL_NOINLINE void* refill(cache_slot& slot, std::size_t index) {
  const thread_cache& cache = this_cache();
  if (!cache.closed && !cache.cleaner_ready) arm_cleaner();
  block* batch = slot.spare;
  if (batch != nullptr) {
    batch->batch_count = batch_length(index);
    slot.spare = nullptr;
  } else {
    batch = shared_depot().take(index);
    if (batch == nullptr) batch = cut_slab(slot, index);
  }
  block* const rest = batch->next;
  const std::size_t count = batch->batch_count - 1;
  if (cache.closed) [[unlikely]] {
    if (rest != nullptr) shared_depot().give(rest, count, index);
    return batch;
  }
  slot.first = rest;
  slot.room = static_cast<std::uint32_t>(batch_length(index) - count);
  return batch;
}

RILL_NOINLINE void overflow(cache_slot& slot, std::size_t index, block* returned) noexcept {
  returned->next = nullptr;
  const thread_cache& cache = this_cache();
  if (cache.closed) {
    shared_depot().give(returned, 1, index);
    return;
  }
  if (!cache.cleaner_ready) arm_cleaner();
  if (slot.first != nullptr) {
    if (slot.spare != nullptr) shared_depot().give(slot.spare, batch_length(index), index);
    slot.spare = slot.first;
  }
  slot.first = returned;
  slot.room = static_cast<std::uint32_t>(batch_length(index) - 1);
}

}  // namespace

void* pool_take(std::size_t size_class) {
  cache_slot& slot = this_cache().slots[size_class];
  block* const first = slot.first;
  if (first == nullptr) [[unlikely]]
    return refill(slot, size_class);
  slot.first = first->next;
  __builtin_prefetch(first->next, 1);  // it will be the next that is taken
  ++slot.room;
  return first;
}

void pool_give(void* memory, std::size_t size_class) noexcept {
  auto* const returned = ::new (memory) block;
  cache_slot& slot = this_cache().slots[size_class];
  if (slot.room == 0) [[unlikely]] {
    overflow(slot, size_class, returned);
    return;
  }
  returned->next = slot.first;
  slot.first = returned;
  --slot.room;
}

}  // namespace rill::detail
