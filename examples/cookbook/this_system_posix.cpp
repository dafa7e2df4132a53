// SPDX-License-Identifier: BSL-1.0
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <iterator>

#include "cookbook/this_system.hpp"

namespace cookbook {

std::int64_t process_number() { return ::getpid(); }

std::string name_of_thread() {
  char name[16] = {};
  ::pthread_getname_np(::pthread_self(), name, sizeof name);
  return name;
}

std::size_t memory_of_machine() {
  return static_cast<std::size_t>(::sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t open_handles() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

void be_killed() { std::raise(SIGKILL); }

bool can_fork() { return true; }

}  // namespace cookbook
