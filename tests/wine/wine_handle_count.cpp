// SPDX-License-Identifier: BSL-1.0
//
// A process may ask how many handles it has open. Wine's answer is the same with ten more.
#include <windows.h>

#include <cstdio>

int main() {
  constexpr DWORD more = 10;
  DWORD before = 0;
  DWORD after = 0;
  const BOOL asked = ::GetProcessHandleCount(::GetCurrentProcess(), &before);
  for (DWORD i = 0; i < more; ++i) ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
  ::GetProcessHandleCount(::GetCurrentProcess(), &after);
  std::printf("handles: %lu, with %lu more: %lu (call: %d)\n", before, more, after, asked);
  const bool lacked = after != before + more;
  std::printf("%s\n", lacked ? "still lacking" : "no longer lacking: amend docs/design/iocp.md");
  return lacked ? 0 : 1;
}
