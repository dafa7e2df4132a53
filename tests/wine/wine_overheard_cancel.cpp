// SPDX-License-Identifier: BSL-1.0
//
// A send that waits is given up at the moment at which it can go on. Windows ends it, Wine finds
// nothing to give up, and the send waits on for as long as nobody reads.
#include "waiting_send.hpp"

int main() {
  const plain::winsock user;
  plain::begin_to_disturb();
  int attempts = 0;
  bool lacked = false;
  while (!lacked && attempts < plain::most_attempts) {
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
