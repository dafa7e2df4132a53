// SPDX-License-Identifier: BSL-1.0
// eventfd_waker: ends a wait from any thread. For epoll and poll.
#pragma once

namespace rill::detail {

class eventfd_waker {
 public:
  /// Throws std::system_error.
  eventfd_waker();
  ~eventfd_waker();
  eventfd_waker(const eventfd_waker&) = delete;
  eventfd_waker& operator=(const eventfd_waker&) = delete;

  int number() const noexcept { return number_; }
  /// Any thread, and signal handlers.
  void wake() noexcept;
  /// Takes the wake-ups back.
  void clear() noexcept;

 private:
  int number_;
};

}  // namespace rill::detail
