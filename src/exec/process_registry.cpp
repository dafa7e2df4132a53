// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/detail/process_registry.hpp"

#include <mutex>
#include <string_view>
#include <unordered_map>

namespace rill::detail {

namespace {

struct registry {
  std::mutex mutex;  // libraries may be loaded while jobs run
  std::unordered_map<std::uint64_t, serve_function> functions;
};

// Made by whichever static initialiser comes first; never destroyed, as some may come last.
registry& functions() {
  static registry& all = *new registry;
  return all;
}

// FNV-1a.
std::uint64_t hash_of(std::string_view text) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return hash;
}

}  // namespace

std::uint64_t register_served(const char* name, serve_function serve) {
  registry& all = functions();
  const std::lock_guard<std::mutex> guard(all.mutex);
  std::uint64_t id = hash_of(name);
  while (!all.functions.try_emplace(id, serve).second) ++id;
  return id;
}

serve_function served(std::uint64_t id) noexcept {
  registry& all = functions();
  const std::lock_guard<std::mutex> guard(all.mutex);
  const auto found = all.functions.find(id);
  return found == all.functions.end() ? nullptr : found->second;
}

}  // namespace rill::detail
