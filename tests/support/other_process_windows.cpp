// SPDX-License-Identifier: BSL-1.0
#include <windows.h>

#include "support/other_process.hpp"

namespace rill_test {

bool can_fork() { return false; }

std::int64_t own_process_number() { return ::GetCurrentProcessId(); }

// A number may be known as long as somebody has a handle to the process.
bool process_is_there(std::int64_t number) {
  const HANDLE process = ::OpenProcess(SYNCHRONIZE, FALSE, static_cast<DWORD>(number));
  if (process == nullptr) return false;
  const DWORD seen = ::WaitForSingleObject(process, 0);
  ::CloseHandle(process);
  return seen == WAIT_TIMEOUT;
}

void kill_process(std::int64_t number) {
  const HANDLE process = ::OpenProcess(PROCESS_TERMINATE, FALSE, static_cast<DWORD>(number));
  if (process == nullptr) return;
  ::TerminateProcess(process, 9);
  ::CloseHandle(process);
}

const char* text_of_killed() { return "ended with code 9"; }

}  // namespace rill_test
