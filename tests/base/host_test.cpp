// SPDX-License-Identifier: BSL-1.0
#include "base/host.hpp"

#include <sched.h>

#include <thread>

#include "support/catch.hpp"

using rill::detail::usable_processors;

TEST_CASE("processors that a thread may not use are not counted", "[host]") {
  CHECK(usable_processors() >= 1);
  unsigned counted = 0;
  std::thread([&counted] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(::sched_getcpu()), &one);
    if (::sched_setaffinity(0, sizeof one, &one) == 0) counted = usable_processors();
  }).join();
  CHECK(counted == 1);
}
