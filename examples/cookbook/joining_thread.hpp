// SPDX-License-Identifier: BSL-1.0
// std::jthread where the C++ library has none, as on macOS: a thread that is joined by its
// destructor.
#pragma once

#include <thread>
#include <type_traits>
#include <utility>

namespace cookbook {

class joining_thread {
 public:
  joining_thread() noexcept = default;
  template <class Function, class... Args>
    requires(!std::is_same_v<std::remove_cvref_t<Function>, joining_thread>)
  explicit joining_thread(Function&& function, Args&&... args)
      : thread_(std::forward<Function>(function), std::forward<Args>(args)...) {}
  joining_thread(joining_thread&&) noexcept = default;
  joining_thread& operator=(joining_thread&& other) noexcept {
    join_if_running();
    thread_ = std::move(other.thread_);
    return *this;
  }
  ~joining_thread() { join_if_running(); }

  void join() { thread_.join(); }

 private:
  void join_if_running() {
    if (thread_.joinable()) thread_.join();
  }

  std::thread thread_;
};

}  // namespace cookbook
