// SPDX-License-Identifier: BSL-1.0
#include <windows.h>

#include "cookbook/this_system.hpp"

namespace cookbook {

std::int64_t process_number() { return ::GetCurrentProcessId(); }

std::string name_of_thread() {
  using get_description = HRESULT(WINAPI*)(HANDLE thread, wchar_t * *description);
  // Of Windows 10, 1607. What the name stands for has this type.
  void (*const found)() = reinterpret_cast<void (*)()>(
      ::GetProcAddress(::GetModuleHandleW(L"kernel32.dll"), "GetThreadDescription"));
  wchar_t* name = nullptr;
  if (found == nullptr ||
      FAILED(reinterpret_cast<get_description>(found)(::GetCurrentThread(), &name))) {
    return {};
  }
  std::string text;
  for (const wchar_t* letter = name; *letter != L'\0'; ++letter) {
    text += *letter < 0x80 ? static_cast<char>(*letter) : '?';
  }
  ::LocalFree(name);
  return text;
}

std::size_t memory_of_machine() {
  MEMORYSTATUSEX status{};
  status.dwLength = sizeof status;
  ::GlobalMemoryStatusEx(&status);
  return status.ullTotalPhys;
}

// Wine does not know the count, so each number is tried: multiples of four, given out from below.
std::size_t open_handles() {
  constexpr std::intptr_t last = 0x8000;
  std::size_t count = 0;
  for (std::intptr_t number = 4; number <= last; number += 4) {
    DWORD flags = 0;
    if (::GetHandleInformation(reinterpret_cast<HANDLE>(number), &flags) != FALSE) ++count;
  }
  return count;
}

void be_killed() { ::TerminateProcess(::GetCurrentProcess(), 9); }

bool can_fork() { return false; }

}  // namespace cookbook
