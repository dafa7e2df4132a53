// SPDX-License-Identifier: BSL-1.0
// A loop for each process: made by hooks on both sides of a fork, and in a child that was forked in
// the middle of a coroutine. Listing R2.4a.
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

/// The loop of a process, and which one that is.
struct owned_loop {
  pid_t process = 0;
  std::unique_ptr<rill::event_loop> loop;
};
owned_loop mine;

void make_loop() {
  mine.process = ::getpid();
  mine.loop = std::make_unique<rill::event_loop>();
}

// What the loop has of the system belongs to the parent as well, so it is not even closed here.
void make_loop_in_child() {
  static_cast<void>(mine.loop.release());
  make_loop();
}

rill::coro<bool> is_at_home() {
  co_await rill::sleep(1ms);
  co_return &rill::event_loop::running() == mine.loop.get() && mine.process == ::getpid();
}

// What standard output holds back would be the child's as well: it may be written twice.
pid_t fork_without_output() {
  std::fflush(stdout);
  return ::fork();
}

/// What the child answers by its exit code.
int answer_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// The parent's hook may replace its loop too, as here: no loop is older than its process is.
void loops_by_hooks() {
  ::pthread_atfork(nullptr, &make_loop, &make_loop_in_child);
  make_loop();
  const pid_t child = fork_without_output();
  const bool at_home = mine.loop->run_until_complete(is_at_home());
  if (child == 0) ::_exit(at_home ? 0 : 1);
  std::printf("the parent has its own loop: %s\n", at_home ? "yes" : "no");
  std::printf("the child has its own loop: %s\n", answer_of(child) == 0 ? "yes" : "no");
  mine.loop.reset();
}

// The child is a copy of the coroutine too, which it must not go on with: it ends where it stands.
[[noreturn]] void be_a_child() {
  const bool is_free = rill::event_loop::running_or_null() == nullptr;
  const bool at_home = mine.loop->run_until_complete(is_at_home());
  ::_exit(is_free && at_home ? 0 : 1);
}

rill::coro<> tick(int& ticks) {
  for (int i = 0; i < 3; ++i) {
    co_await rill::sleep(1s);
    ++ticks;
  }
}

rill::coro<> forked_in_a_coroutine() {
  int ticks = 0;
  const rill::task<> ticking = rill::create_task(tick(ticks));
  co_await rill::sleep(1500ms);
  const pid_t child = fork_without_output();
  if (child == 0) be_a_child();
  const int answer = co_await rill::to_thread(answer_of, child);
  say(std::string("a child of a coroutine runs in no loop, and makes one: ") +
      (answer == 0 ? "yes" : "no"));
  co_await ticking;
  say("the parent's loop has ticked " + std::to_string(ticks) + " times");
}

}  // namespace

int main(int count, char** arguments) {
  cookbook::timing time(count, arguments);
  loops_by_hooks();
  return cookbook::run(time, forked_in_a_coroutine());
}
