// SPDX-License-Identifier: BSL-1.0
#include <cstddef>

#include "base/system_calls.hpp"
#include "support/catch.hpp"

using rill::detail::current_system_calls;

TEST_CASE("no field of the table is empty on Linux") {
  // The table is pointers to functions and nothing else.
  using call = void (*)();
  const auto* const fields = reinterpret_cast<const call*>(&current_system_calls);
  constexpr std::size_t count = sizeof(current_system_calls) / sizeof(call);
  std::size_t empty = 0;
  for (std::size_t each = 0; each < count; ++each) empty += fields[each] == nullptr ? 1 : 0;
  CHECK(empty == 0);
}
