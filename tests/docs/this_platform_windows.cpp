// SPDX-License-Identifier: BSL-1.0
//
// A FIFO is a named pipe, which is there while somebody reads.
#include <random>

#include "docs/this_platform.hpp"

namespace docs {

const char* empty_file() { return "NUL"; }

std::string make_fifo(const std::string& /*folder*/) {
  return "\\\\.\\pipe\\rill-docs-" + std::to_string(std::random_device()());
}

bool shares_ports() { return false; }

const char* end_of_aborted() { return "ended with code 3"; }

}  // namespace docs
