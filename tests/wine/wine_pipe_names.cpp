// SPDX-License-Identifier: BSL-1.0
//
// The name of a pipe is its first owner's alone, if that asks for it. Wine gives it to a second one
// too.
#include "plain_sockets.hpp"

namespace {

HANDLE take(const char* name) {
  constexpr DWORD mode = PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE;
  return ::CreateNamedPipeA(name, mode, PIPE_TYPE_BYTE, 2, 512, 512, 0, nullptr);
}

}  // namespace

int main() {
  const char* const name = R"(\\.\pipe\rill wine names)";
  const HANDLE first = take(name);
  if (first == INVALID_HANDLE_VALUE) plain::give_up("CreateNamedPipe");
  const HANDLE second = take(name);
  const DWORD error = ::GetLastError();
  const bool is_shared = second != INVALID_HANDLE_VALUE;
  std::printf("the second owner: %s (error %lu); Windows: error %lu\n",
              is_shared ? "has it, too" : "refused", is_shared ? 0 : error,
              static_cast<unsigned long>(ERROR_ACCESS_DENIED));
  if (is_shared) ::CloseHandle(second);
  ::CloseHandle(first);
  return plain::verdict(is_shared);
}
