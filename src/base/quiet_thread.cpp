// SPDX-License-Identifier: BSL-1.0
#include "base/quiet_thread.hpp"

#include <pthread.h>
#include <signal.h>

#include <new>
#include <utility>

#include "base/host.hpp"
#include "rill/base/detail/atomic.hpp"

namespace rill::detail {

namespace {

constexpr std::size_t longest_name = longest_thread_name;

/// Blocks all signals in this thread, and so in threads that it starts.
class signals_blocked {
 public:
  signals_blocked() noexcept {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  signals_blocked(const signals_blocked&) = delete;
  signals_blocked& operator=(const signals_blocked&) = delete;
  ~signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

atomic<std::uint32_t> forks{0};

void count_fork() { forks.fetch_add(1); }

}  // namespace

std::thread start_quiet_thread(std::string name, unique_function<void()> body) {
  if (name.size() > longest_name) name.resize(longest_name);
  const signals_blocked for_the_thread;
  return std::thread([name = std::move(name), body = std::move(body)]() mutable {
    if (!name.empty()) name_this_thread(name.c_str());
    body();
  });
}

RILL_COLD std::string thread_name(const std::string& prefix, std::size_t number) {
  const std::string tail = "-" + std::to_string(number);
  return prefix.substr(0, longest_name - tail.size()) + tail;
}

std::uint32_t fork_count() noexcept {
  [[maybe_unused]] static const int registered = ::pthread_atfork(nullptr, nullptr, &count_fork);
  return forks.load_relaxed();
}

void call_in_forked_children(void (*function)()) {
  if (::pthread_atfork(nullptr, nullptr, function) != 0) throw std::bad_alloc();
}

}  // namespace rill::detail
