// SPDX-License-Identifier: BSL-1.0
#include <atomic>
#include <cstdlib>
#include <string>
#include <string_view>

#include "exec/worker_marker.hpp"
#include "exec/worker_process.hpp"
#include "rill/exec/process_worker_main.hpp"

namespace rill {

namespace detail {

namespace {

std::atomic<bool> main_called = false;
std::atomic<parent_watch> watch_of_parent = parent_watch::by_signal;

}  // namespace

bool worker_main_is_called() noexcept { return main_called.load(std::memory_order_relaxed); }

void choose_parent_watch(parent_watch how) noexcept {
  watch_of_parent.store(how, std::memory_order_relaxed);
}
parent_watch chosen_parent_watch() noexcept {
  return watch_of_parent.load(std::memory_order_relaxed);
}

}  // namespace detail

void process_worker_main() {
  detail::main_called.store(true, std::memory_order_relaxed);
  const char* const found = std::getenv(detail::worker_marker::name);
  if (found == nullptr) return;
  const std::string marker(found);
  detail::forget_worker_marker();
  if (marker.size() < 2) return;
  detail::choose_parent_watch(static_cast<detail::parent_watch>(marker[1]));
  const auto role = static_cast<detail::worker_role>(marker[0]);
  std::exit(detail::run_worker(role, std::string_view(marker).substr(2)));
}

}  // namespace rill
