// SPDX-License-Identifier: BSL-1.0
// A pipe: of what ends a wait, only a write is allowed in a signal handler. A lock would be waited
// for for ever by a handler that interrupts its holder.
#include <fcntl.h>
#include <poll.h>

#include <cerrno>
#include <ctime>

#include "base/system_calls.hpp"
#include "base/timespec.hpp"
#include "rill/base/error.hpp"
#include "testing/idle_waker.hpp"

namespace rill::testing {

namespace {

using rill::detail::system_calls;

class pipe_waker final : public idle_waker {
 public:
  pipe_waker() {
    if (system_calls().pipe2(ends_, O_NONBLOCK | O_CLOEXEC) != 0)
      rill::detail::throw_system_error(errno, "rill: pipe of an idle reactor");
  }
  ~pipe_waker() override {
    for (const int end : ends_) system_calls().close(end);
  }
  pipe_waker(const pipe_waker&) = delete;
  pipe_waker& operator=(const pipe_waker&) = delete;

  void wake() noexcept override {
    const int before = errno;
    // The only failure is a full pipe, which wakes as well.
    const auto written = system_calls().write(ends_[1], "", 1);
    static_cast<void>(written);
    errno = before;
  }
  void wait(std::int64_t timeout_ns) noexcept override {
    pollfd looked{ends_[0], POLLIN, 0};
    const timespec limit = rill::detail::timespec_of(timeout_ns < 0 ? 0 : timeout_ns);
    // A signal ends it early, which a loop takes as it takes a wake-up.
    if (system_calls().ppoll(&looked, 1, timeout_ns < 0 ? nullptr : &limit, nullptr) <= 0) return;
    char taken[64];
    while (system_calls().read(ends_[0], taken, sizeof taken) ==
           static_cast<ssize_t>(sizeof taken)) {
    }
  }

 private:
  int ends_[2] = {-1, -1};
};

}  // namespace

std::unique_ptr<idle_waker> idle_waker::make() { return std::make_unique<pipe_waker>(); }

}  // namespace rill::testing
