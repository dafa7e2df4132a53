// SPDX-License-Identifier: BSL-1.0
#include "base/port_record_windows.hpp"

#include <mutex>
#include <unordered_map>

namespace rill::detail::windows {

namespace {

struct port_record {
  std::mutex mutex;
  std::unordered_map<native_handle, std::uint32_t> ports;
  std::uint32_t last_port = 0;
};

// Never destroyed: handles are closed to the very end.
port_record& record() noexcept {
  static port_record& instance = *new port_record;
  return instance;
}

}  // namespace

std::uint32_t next_port() noexcept {
  port_record& all = record();
  const std::lock_guard guard(all.mutex);
  return ++all.last_port;
}

void note_port(native_handle handle, std::uint32_t port) noexcept {
  port_record& all = record();
  const std::lock_guard guard(all.mutex);
  try {
    all.ports[handle] = port;
  } catch (...) {
    // No memory: it is refused if it comes back, which is an error and no loss.
    all.ports.erase(handle);
  }
}

std::uint32_t port_of(native_handle handle) noexcept {
  port_record& all = record();
  const std::lock_guard guard(all.mutex);
  const auto found = all.ports.find(handle);
  return found == all.ports.end() ? 0 : found->second;
}

void drop_port(native_handle handle) noexcept {
  port_record& all = record();
  const std::lock_guard guard(all.mutex);
  all.ports.erase(handle);
}

}  // namespace rill::detail::windows
