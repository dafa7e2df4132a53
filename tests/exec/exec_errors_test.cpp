// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/exec_errors.hpp"

#include <string>
#include <type_traits>

#include "support/catch.hpp"

TEST_CASE("an executor that takes no more jobs is misuse, and says what to do", "[exec_errors]") {
  const rill::executor_shut_down error;
  CHECK(std::string(error.what()).find("make a new one") != std::string::npos);
  CHECK(std::is_base_of_v<rill::usage_error, rill::executor_shut_down>);
}

TEST_CASE("broken pools of all kinds are broken executors", "[exec_errors]") {
  CHECK(std::is_base_of_v<rill::broken_executor, rill::broken_thread_pool>);
  CHECK(std::is_base_of_v<rill::broken_executor, rill::broken_process_pool>);
  CHECK(std::is_base_of_v<std::runtime_error, rill::broken_executor>);
}
