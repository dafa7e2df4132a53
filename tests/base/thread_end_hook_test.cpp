// SPDX-License-Identifier: BSL-1.0
#include "base/thread_end_hook.hpp"

#include <thread>

#include "support/catch.hpp"

TEST_CASE("the function of a thread's end is called with that thread's value",
          "[thread_end_hook]") {
  static const rill::detail::thread_end_hook ends([](void* value) { ++*static_cast<int*>(value); });
  int one = 0;
  int other = 0;
  bool set = false;
  std::thread([&] { set = ends.set(&one); }).join();
  CHECK(set);
  std::thread([&] {
    ends.set(&one);
    ends.set(&other);
  }).join();
  std::thread([] {}).join();
  CHECK(one == 1);
  CHECK(other == 1);
}
