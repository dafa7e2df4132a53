// SPDX-License-Identifier: BSL-1.0
// thread_end_hook: has a function called with a value of the thread's when the thread ends. For
// where the compiler emulates thread-locals: those have gone before destructors of others run.
#pragma once

namespace rill::detail {

/// One for the whole program, never destroyed.
class thread_end_hook {
 public:
  using function = void (*)(void* value);

  explicit thread_end_hook(function called) noexcept;

  /// The calling thread's value. False: there is no room for it, and nothing will be called.
  bool set(void* value) const noexcept;

 private:
  unsigned long key_ = 0;
  bool made_;
};

}  // namespace rill::detail
