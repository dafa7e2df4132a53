// SPDX-License-Identifier: BSL-1.0
// handle_waker: ends a wait from any thread, by a handle that becomes readable. For epoll and poll.
#pragma once

namespace rill::detail {

class handle_waker {
 public:
  /// Throws std::system_error.
  handle_waker();
  ~handle_waker();
  handle_waker(const handle_waker&) = delete;
  handle_waker& operator=(const handle_waker&) = delete;

  int number() const noexcept { return number_; }
  /// Any thread, and signal handlers.
  void wake() noexcept;
  /// Takes the wake-ups back.
  void clear() noexcept;

 private:
  int number_ = -1;
  int writing_ = -1;  // the same one, or the other end of a pipe
};

}  // namespace rill::detail
