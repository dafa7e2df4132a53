// SPDX-License-Identifier: BSL-1.0
//
// A program whose main() does not begin with process_worker_main(): its pools say so at once.
#include <cstdio>
#include <string>

#include "rill/core/errors.hpp"
#include "rill/exec/process_pool_executor.hpp"

int main() {
  try {
    const rill::process_pool_executor pool;
  } catch (const rill::usage_error& error) {
    std::puts(error.what());
    return std::string(error.what()).find("process_worker_main()") == std::string::npos ? 1 : 0;
  }
  return 1;
}
