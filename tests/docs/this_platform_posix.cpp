// SPDX-License-Identifier: BSL-1.0
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "docs/this_platform.hpp"

namespace docs {

const char* empty_file() { return "/dev/null"; }

std::string make_fifo(const std::string& folder) {
  std::string name = folder + "/fifo";
  if (::mkfifo(name.c_str(), 0600) != 0) {
    throw std::system_error(errno, std::generic_category(), "mkfifo");
  }
  return name;
}

bool shares_ports() { return true; }

const char* end_of_aborted() { return "signal 6"; }

}  // namespace docs
