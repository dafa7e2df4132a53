// SPDX-License-Identifier: BSL-1.0
// Coroutine frames of the floors: free lists in steps of 16 bytes, for one thread; large frames
// come from the heap.
#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace floors {

struct free_frame {
  free_frame* next;
};

inline constexpr std::size_t frame_step = 16;
inline constexpr std::size_t largest_frame = 512;

struct frame_pool {
  std::array<free_frame*, largest_frame / frame_step> lists{};
  std::size_t bytes = 0;  // taken from the heap so far, with the heap's word per block
};

inline constinit frame_pool frames;

[[gnu::noinline]] inline void* frame_from_heap(std::size_t list) {
  const std::size_t size = (list + 1) * frame_step;
  frames.bytes += size + sizeof(void*);
  return ::operator new(size);
}

inline void* allocate_frame(std::size_t size) {
  const std::size_t list = (size - 1) / frame_step;
  if (size > largest_frame) return ::operator new(size);
  free_frame*& head = frames.lists[list];
  if (head == nullptr) return frame_from_heap(list);
  free_frame* frame = head;
  head = frame->next;
  return frame;
}

inline void free_the_frame(void* memory, std::size_t size) noexcept {
  if (size > largest_frame) return ::operator delete(memory, size);
  free_frame*& head = frames.lists[(size - 1) / frame_step];
  head = ::new (memory) free_frame{head};
}

/// Base of the promises: their frames come from the free lists.
struct pooled {
  static void* operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void* memory, std::size_t size) noexcept {
    free_the_frame(memory, size);
  }
};

}  // namespace floors
