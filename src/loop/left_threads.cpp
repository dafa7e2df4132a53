// SPDX-License-Identifier: BSL-1.0
#include "loop/left_threads.hpp"

#include <list>
#include <mutex>
#include <utility>

#include "base/quiet_thread.hpp"
#include "rill/base/detail/atomic.hpp"

namespace rill::detail {

namespace {

struct left_thread {
  std::thread thread;
  atomic<bool> ended{false};
};

class left_threads {
 public:
  left_threads() = default;
  left_threads(const left_threads&) = delete;
  left_threads& operator=(const left_threads&) = delete;
  ~left_threads() {
    if (fork_count() != forks_) {
      new std::list<left_thread>(std::move(threads_));  // of the parent: not here to be joined
      return;
    }
    for (left_thread& each : threads_) {
      // A program that ends from within such a thread cannot wait for that.
      if (each.thread.get_id() == std::this_thread::get_id()) {
        each.thread.detach();
      } else {
        each.thread.join();
      }
    }
  }

  void start(std::string name, unique_function<void()> body) {
    const std::lock_guard guard(mutex_);
    forget_ended();
    left_thread& fresh = threads_.emplace_back();
    try {
      fresh.thread =
          start_quiet_thread(std::move(name), [&fresh, body = std::move(body)]() mutable {
            body();
            body = {};
            fresh.ended.store(true);
          });
    } catch (...) {
      threads_.pop_back();
      throw;
    }
  }

 private:
  void forget_ended() {
    for (auto each = threads_.begin(); each != threads_.end();) {
      if (each->ended.load()) {
        each->thread.join();
        each = threads_.erase(each);
      } else {
        ++each;
      }
    }
  }

  const std::uint32_t forks_ = fork_count();
  std::mutex mutex_;
  std::list<left_thread> threads_;
};

}  // namespace

void run_left_alone(std::string name, unique_function<void()> body) {
  static left_threads instance;
  instance.start(std::move(name), std::move(body));
}

}  // namespace rill::detail
