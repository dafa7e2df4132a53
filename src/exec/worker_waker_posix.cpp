// SPDX-License-Identifier: BSL-1.0
#include "exec/worker_waker.hpp"

#include <poll.h>
#include <signal.h>

#include <array>

#include "base/system_calls.hpp"
#include "base/uninterrupted.hpp"

namespace rill::detail {

bool worker_waker::wait(native_handle ended) noexcept {
  std::array<pollfd, 2> watched{
      {{static_cast<int>(handle_), POLLIN, 0}, {static_cast<int>(ended), POLLIN, 0}}};
  uninterrupted([&] { return system_calls().poll(watched.data(), watched.size(), -1); });
  if (watched[0].revents == 0) return watched[1].revents == 0;
  clear();
  return true;
}

bool is_readable(native_handle handle) noexcept {
  pollfd watched{static_cast<int>(handle), POLLIN, 0};
  return uninterrupted([&] { return system_calls().poll(&watched, 1, 0); }) > 0;
}

void without_signals(void (*start)(void* with), void* with) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    start(with);
  } catch (...) {
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace rill::detail
