// SPDX-License-Identifier: BSL-1.0
//
// Threads on Windows: there are no signals to be blocked, and no forks. Names are for debuggers.
#include <windows.h>

#include <utility>

#include "base/quiet_thread.hpp"

namespace rill::detail {

namespace {

// As long as on other systems.
constexpr std::size_t longest_name = 15;

using set_description = HRESULT(WINAPI*)(HANDLE thread, const wchar_t* description);

/// Of Windows 10, 1607; null before.
set_description find_set_description() noexcept {
  const HMODULE module = ::GetModuleHandleW(L"kernel32.dll");
  if (module == nullptr) return nullptr;
  // What the name stands for has this type.
  void (*const found)() =
      reinterpret_cast<void (*)()>(::GetProcAddress(module, "SetThreadDescription"));
  return reinterpret_cast<set_description>(found);
}

void name_this_thread(const std::string& name) noexcept {
  static const set_description describe = find_set_description();
  if (describe == nullptr) return;
  wchar_t wide[longest_name + 1] = {};
  for (std::size_t i = 0; i < name.size() && i < longest_name; ++i) {
    wide[i] = static_cast<unsigned char>(name[i]);
  }
  describe(::GetCurrentThread(), wide);
}

}  // namespace

std::thread start_quiet_thread(std::string name, unique_function<void()> body) {
  return std::thread([name = std::move(name), body = std::move(body)]() mutable {
    if (!name.empty()) name_this_thread(name);
    body();
  });
}

std::string thread_name(const std::string& prefix, std::size_t number) {
  const std::string tail = "-" + std::to_string(number);
  return prefix.substr(0, longest_name - tail.size()) + tail;
}

std::uint32_t fork_count() noexcept { return 0; }

void call_in_forked_children(void (* /*function*/)()) {}

}  // namespace rill::detail
