// SPDX-License-Identifier: BSL-1.0
//
// A write into a pipe, of which a part has been read, is given up: what was read is not told. What
// Windows says of that is not known here.
#include <windows.h>

#include <cstdio>

namespace {

constexpr DWORD room = 4096;
constexpr DWORD much = 64 * 1024;
constexpr wchar_t name[] = L"\\\\.\\pipe\\rill-wine-pipe-cancel";
char data[much];

}  // namespace

int main() {
  const HANDLE reading =
      ::CreateNamedPipeW(name, PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED,
                         PIPE_TYPE_BYTE | PIPE_READMODE_BYTE, 1, room, room, 0, nullptr);
  const HANDLE writing =
      ::CreateFileW(name, GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, nullptr);
  if (reading == INVALID_HANDLE_VALUE || writing == INVALID_HANDLE_VALUE) return 2;
  OVERLAPPED write{};
  write.hEvent = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
  if (::WriteFile(writing, data, much, nullptr, &write) || ::GetLastError() != ERROR_IO_PENDING) {
    std::printf("the write is not pending: error %lu\n", ::GetLastError());
    return 2;
  }
  OVERLAPPED read{};
  read.hEvent = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
  char part[100];
  DWORD taken = 0;
  ::ReadFile(reading, part, sizeof part, nullptr, &read);
  ::GetOverlappedResult(reading, &read, &taken, TRUE);
  ::CancelIoEx(writing, &write);
  DWORD told = 0;
  const BOOL done = ::GetOverlappedResult(writing, &write, &told, TRUE);
  const DWORD error = done ? 0 : ::GetLastError();
  std::printf("read: %lu bytes; the write: error %lu, %lu bytes\n", taken, error, told);
  const bool lacked = taken == sizeof part && error == ERROR_OPERATION_ABORTED && told == 0;
  std::printf("%s\n", lacked ? "still lacking" : "no longer lacking: amend docs/design/iocp.md");
  return lacked ? 0 : 1;
}
