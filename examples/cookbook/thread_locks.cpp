// SPDX-License-Identifier: BSL-1.0
// Locks of threads, and how one waits for ever: taken again by the thread that has it, and two of
// them taken in opposite order; what to do instead; and the same with the lock of tasks.
// Listings F 7.9, F 7.3.1-a, F 7.10, F 7.11.
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"
#include "cookbook/joining_thread.hpp"
#include "cookbook/meeting_point.hpp"
#include "rill/testing/virtual_run.hpp"

using namespace std::chrono_literals;

namespace {

void say(const std::string& text) { std::puts(text.c_str()); }

/// std::mutex may do anything when its owner takes it again, and most often hangs. This one, of the
/// system, looks who it is, and says so instead.
class checked_mutex {
 public:
  checked_mutex() {
    pthread_mutexattr_t checked;
    ::pthread_mutexattr_init(&checked);
    ::pthread_mutexattr_settype(&checked, PTHREAD_MUTEX_ERRORCHECK);
    ::pthread_mutex_init(&mutex_, &checked);
    ::pthread_mutexattr_destroy(&checked);
  }
  checked_mutex(const checked_mutex&) = delete;
  checked_mutex& operator=(const checked_mutex&) = delete;
  ~checked_mutex() { ::pthread_mutex_destroy(&mutex_); }

  void lock() {
    const int error = ::pthread_mutex_lock(&mutex_);
    if (error != 0) throw std::system_error(error, std::generic_category(), "lock");
  }
  void unlock() { ::pthread_mutex_unlock(&mutex_); }

 private:
  pthread_mutex_t mutex_;
};

template <class Mutex>
int sum_of(Mutex& mutex, std::span<const int> numbers) {
  say("Waiting to acquire lock...");
  const std::lock_guard guard(mutex);
  say("Acquired lock.");
  if (numbers.empty()) {
    say("Finished summing.");
    return 0;
  }
  say("Summing rest of list.");
  return numbers[0] + sum_of(mutex, numbers.subspan(1));
}

void recursive_sum() {
  const std::vector<int> numbers{1, 2, 3, 4};
  checked_mutex plain;
  try {
    sum_of(plain, numbers);
  } catch (const std::system_error& error) {
    const bool itself = error.code() == std::errc::resource_deadlock_would_occur;
    say(itself ? "a plain lock: its owner waits for itself" : error.what());
  }
  std::recursive_mutex counting;
  say("a recursive lock: the sum is " + std::to_string(sum_of(counting, numbers)));
}

/// Each list has a lock of its own: one for the class would have all lists wait for each other. It
/// counts, because a locking member calls another one.
class thread_safe_list {
 public:
  explicit thread_safe_list(std::vector<int> numbers) : numbers_(std::move(numbers)) {}

  std::ptrdiff_t index_of(int number) const {
    const std::lock_guard guard(mutex_);
    const auto found = std::find(numbers_.begin(), numbers_.end(), number);
    return found == numbers_.end() ? -1 : found - numbers_.begin();
  }
  // Between two looks nobody else changes the list.
  void replace(int number, int by) {
    const std::lock_guard guard(mutex_);
    for (std::ptrdiff_t at = index_of(number); at >= 0; at = index_of(number)) {
      numbers_[static_cast<std::size_t>(at)] = by;
    }
  }
  std::string text() const {
    const std::lock_guard guard(mutex_);
    std::string made;
    for (const int number : numbers_) made += (made.empty() ? "" : " ") + std::to_string(number);
    return made;
  }
  /// Holds it meanwhile.
  template <class Function>
  void with_lock(Function function) {
    const std::lock_guard guard(mutex_);
    function();
  }

 private:
  mutable std::recursive_mutex mutex_;
  std::vector<int> numbers_;
};

void list_that_locks() {
  thread_safe_list numbers({1, 2, 1, 2, 1});
  thread_safe_list others({3, 1, 3});
  const auto replace_all = [](thread_safe_list& in, int number) { in.replace(number, 2); };
  numbers.with_lock([&] {
    const cookbook::joining_thread elsewhere(replace_all, std::ref(others),
                                             3);  // joined while it is locked
  });
  say("another list, while this one is locked: " + others.text());
  {
    const cookbook::joining_thread one(replace_all, std::ref(numbers), 1);
    const cookbook::joining_thread other(replace_all, std::ref(numbers), 1);
  }
  say("the list: " + numbers.text());
}

// Each has one and wants the other's. With lock() it would be for ever; these have patience for a
// moment.
void opposite_order() {
  std::timed_mutex lock_a;
  std::timed_mutex lock_b;
  cookbook::meeting_point both(2);
  bool a_got_b = true;
  bool b_got_a = true;
  const auto take = [&both](std::timed_mutex& first, std::timed_mutex& second, bool& got) {
    const std::lock_guard guard(first);
    both.arrive_and_wait();
    got = second.try_lock_for(20ms);
    both.arrive_and_wait();  // neither lets go before both have tried
    if (got) second.unlock();
  };
  {
    const cookbook::joining_thread a(take, std::ref(lock_a), std::ref(lock_b), std::ref(a_got_b));
    const cookbook::joining_thread b(take, std::ref(lock_b), std::ref(lock_a), std::ref(b_got_a));
  }
  say("Acquired lock a from method a!");
  say("Acquired lock b from method b!");
  say(!a_got_b && !b_got_a ? "and each waits for the other" : "?");
}

// Both at once, in whatever order they are named: the library takes none while it waits for the
// other. A recursive lock would not have helped: these are two threads.
void both_at_once() {
  std::mutex lock_a;
  std::mutex lock_b;
  int count = 0;
  const auto take = [&count](std::mutex& first, std::mutex& second) {
    for (int i = 0; i < 10'000; ++i) {
      const std::scoped_lock guard(first, second);
      ++count;
    }
  };
  {
    const cookbook::joining_thread a(take, std::ref(lock_a), std::ref(lock_b));
    const cookbook::joining_thread b(take, std::ref(lock_b), std::ref(lock_a));
  }
  say("both at once: " + std::to_string(count) + " times");
}

rill::coro<> take_both(rill::lock& first, rill::lock& second) {
  const auto one = co_await first.scoped();
  co_await rill::yield();
  const auto other = co_await second.scoped();
}

rill::coro<> tasks_in_opposite_order() {
  rill::lock lock_a;
  rill::lock lock_b;
  const rill::task<> a = rill::create_task(take_both(lock_a, lock_b), {.name = "method a"});
  const rill::task<> b = rill::create_task(take_both(lock_b, lock_a), {.name = "method b"});
  co_await a;
  co_await b;
}

// Tasks wait for ever as well as threads; but their loop sees that nothing can wake it, and in
// virtual time says so at once.
void the_same_with_tasks() {
  try {
    rill::testing::run_virtual(tasks_in_opposite_order());
  } catch (const rill::deadlock_error& error) {
    const std::string report = error.what();
    const bool named =
        report.find("method a") != report.npos && report.find("method b") != report.npos;
    say(named ? "tasks: the loop names both, and ends" : report);
  }
}

}  // namespace

int main(int count, char** arguments) {
  const cookbook::timing nothing_waits_by_it(count, arguments);
  recursive_sum();
  list_that_locks();
  opposite_order();
  both_at_once();
  the_same_with_tasks();
}
