// SPDX-License-Identifier: BSL-1.0
//
// A send that waits is given up at the moment at which it can go on. Windows ends it, Wine finds
// nothing to give up, and the send waits on for as long as nobody reads. Nobody can hold that
// moment, but others that call the system make it longer, and the program tries again and again.
#include "waiting_send.hpp"

namespace {

constexpr int most_attempts = 5'000;

/// Threads that call the system all the time, to the end of the program.
void begin_to_disturb() {
  constexpr int threads = 16;
  const HANDLE event = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
  const auto disturb = [](void* argument) -> DWORD {
    while (::SetEvent(argument) != FALSE) {
    }
    return 0;
  };
  for (int i = 0; i < threads; ++i) {
    ::CloseHandle(::CreateThread(nullptr, 0, disturb, event, 0, nullptr));
  }
}

}  // namespace

int main() {
  const plain::winsock user;
  begin_to_disturb();
  int attempts = 0;
  bool lacked = false;
  while (!lacked && attempts < most_attempts) {
    ++attempts;
    plain::waiting_send send;
    send.read_all();
    if (send.cancel()) continue;
    plain::let_it_arrive();
    lacked = !send.has_ended();
  }
  std::printf("attempts: %d; not found and not ended: %s\n", attempts, lacked ? "yes" : "never");
  return plain::verdict(lacked);
}
