// SPDX-License-Identifier: BSL-1.0
#include "rill/core/detail/frame_pool.hpp"

#include <cstdint>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "rill/base/config.hpp"
#include "support/allocation_counter.hpp"
#include "support/catch.hpp"
#include "support/skip.hpp"

using rill::detail::pool_allocate;
using rill::detail::pool_class;
using rill::detail::pool_deallocate;

namespace {

struct piece {
  unsigned char* memory;
  std::size_t size;
  unsigned char mark;
};

piece take(std::size_t size, unsigned char mark) {
  auto* const memory = static_cast<unsigned char*>(pool_allocate(size));
  std::memset(memory, mark, size);
  return {memory, size, mark};
}

bool intact(const piece& taken) {
  for (std::size_t i = 0; i < taken.size; ++i) {
    if (taken.memory[i] != taken.mark) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("classes grow by 16 bytes, from 32", "[frame_pool]") {
  static_assert(pool_class(1) == pool_class(32));
  static_assert(pool_class(32) != pool_class(33));
  static_assert(pool_class(33) == pool_class(48));
  static_assert(pool_class(2048) > pool_class(2032));
  CHECK(pool_class(48) != pool_class(49));
}

TEST_CASE("blocks of every size are aligned, apart, and as large as asked", "[frame_pool]") {
  std::vector<piece> pieces;
  unsigned char mark = 1;
  for (std::size_t size = 1; size <= 4096; size += 7) pieces.push_back(take(size, mark++));
  for (const piece& taken : pieces) {
    CHECK(reinterpret_cast<std::uintptr_t>(taken.memory) % alignof(std::max_align_t) == 0);
    CHECK(intact(taken));
  }
  for (const piece& taken : pieces) pool_deallocate(taken.memory, taken.size);
}

TEST_CASE("a block that was given back is used again", "[frame_pool]") {
  if (RILL_ASAN != 0) {
    rill_test::skip("there is no pool under AddressSanitizer");
    return;
  }
  void* const first = pool_allocate(100);
  pool_deallocate(first, 100);
  void* const second = pool_allocate(112);
  CHECK(first == second);
  pool_deallocate(second, 112);
  const std::size_t before = rill_test::allocation_count();
  for (int i = 0; i < 10'000; ++i) pool_deallocate(pool_allocate(100), 100);
  CHECK(rill_test::allocation_count() == before);
}

TEST_CASE("blocks may be given back on another thread, in any number", "[frame_pool]") {
  std::vector<piece> pieces;
  for (int i = 0; i < 20'000; ++i) {
    pieces.push_back(
        take(static_cast<std::size_t>(48 + i % 3 * 100), static_cast<unsigned char>(i)));
  }
  bool all_intact = true;
  std::jthread([&] {
    for (const piece& taken : pieces) {
      all_intact = all_intact && intact(taken);
      pool_deallocate(taken.memory, taken.size);
    }
  }).join();
  CHECK(all_intact);
  if (RILL_ASAN != 0) return;
  // What the ended thread held is found again.
  const std::size_t before = rill_test::allocation_count();
  std::vector<void*> again(2'000);
  for (void*& block : again) block = pool_allocate(48);
  for (void* const block : again) pool_deallocate(block, 48);
  CHECK(rill_test::allocation_count() - before <= 2);
}

TEST_CASE("threads that come and go use the same blocks one after another", "[frame_pool]") {
  if (RILL_ASAN != 0 || !rill_test::counts_allocations()) {
    rill_test::skip("there is no pool here, or nothing counts");
    return;
  }
  const auto use_blocks = [] {
    for (const std::size_t size : {100U, 300U, 500U, 700U, 900U}) {
      pool_deallocate(pool_allocate(size), size);
    }
  };
  const auto in_threads = [&use_blocks](int count) {
    const std::size_t before = rill_test::allocation_count();
    for (int i = 0; i < count; ++i) std::jthread(use_blocks).join();
    return rill_test::allocation_count() - before;
  };
  in_threads(2);
  CHECK(in_threads(10) <= 10 * 4);  // what a thread is made of
}

TEST_CASE("a thread's first slabs are small", "[frame_pool]") {
  if (RILL_ASAN != 0) {
    rill_test::skip("there is no pool under AddressSanitizer");
    return;
  }
  // A size that no other case has, so that none of these was given back by another thread before.
  constexpr std::size_t size = 880;
  std::jthread([] {
    // Neighbours come from one slab, of which the first has no room for them all.
    std::vector<std::uintptr_t> places(6);
    for (std::uintptr_t& place : places)
      place = reinterpret_cast<std::uintptr_t>(pool_allocate(size));
    bool apart = false;
    for (std::size_t i = 1; i < places.size(); ++i) apart |= places[i] - places[i - 1] != size;
    CHECK(apart);
    for (const std::uintptr_t place : places) pool_deallocate(reinterpret_cast<void*>(place), size);
  }).join();
}

TEST_CASE("threads allocate and free each other's blocks at the same time", "[frame_pool]") {
  constexpr int rounds = 200;
  std::vector<std::vector<piece>> shelves(4);
  for (int round = 0; round < 5; ++round) {
    std::vector<std::jthread> threads;
    for (std::size_t id = 0; id < shelves.size(); ++id) {
      threads.emplace_back([&, id] {
        std::vector<piece>& mine = shelves[id];
        for (const piece& taken : mine) pool_deallocate(taken.memory, taken.size);
        mine.clear();
        for (int i = 0; i < rounds; ++i) {
          mine.push_back(take(static_cast<std::size_t>(32 + i), static_cast<unsigned char>(id)));
        }
      });
    }
    threads.clear();
    std::swap(shelves[0], shelves[3]);
    std::swap(shelves[1], shelves[2]);
  }
  bool all_intact = true;
  for (const std::vector<piece>& shelf : shelves) {
    for (const piece& taken : shelf) {
      all_intact = all_intact && intact(taken);
      pool_deallocate(taken.memory, taken.size);
    }
  }
  CHECK(all_intact);
}
