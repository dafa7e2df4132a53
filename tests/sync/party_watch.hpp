// SPDX-License-Identifier: BSL-1.0
//
// For tests of threadsafe_queue: sees who waits in one, and acts from other threads.
#pragma once

#include <cstddef>
#include <thread>
#include <utility>

namespace rill_test {

template <class Queue>
std::size_t getters_of(const Queue& queue) {
  return queue.stats().getters;
}
template <class Queue>
std::size_t putters_of(const Queue& queue) {
  return queue.stats().putters;
}

/// Calls something in another thread, and waits until that has ended.
template <class Function>
void elsewhere(Function function) {
  std::thread(std::move(function)).join();
}

/// Lets other threads run until it is so; the loop of this thread stands still meanwhile.
template <class Condition>
void wait_until(Condition holds) {
  while (!holds()) std::this_thread::yield();
}

}  // namespace rill_test
