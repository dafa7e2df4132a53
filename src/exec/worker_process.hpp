// SPDX-License-Identifier: BSL-1.0
// Worker processes, seen from the pool that has them. One source file for each way to start one.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "exec/process_channel.hpp"
#include "rill/base/native_handle.hpp"

namespace rill::detail {

/// A process that was started. Destroying it kills the process, and reaps it.
class worker_watch {
 public:
  worker_watch() = default;
  worker_watch(const worker_watch&) = delete;
  worker_watch& operator=(const worker_watch&) = delete;
  virtual ~worker_watch() = default;

  /// Becomes readable when the process has ended.
  virtual native_handle ended() const noexcept = 0;
  /// Ends it at once. In any thread; nothing happens when it has ended. `id`: what it greeted with.
  virtual void kill(std::int64_t id) noexcept = 0;
  /// Waits until it has ended, kills it when the time has passed, reaps it, and tells how it ended:
  /// "was killed by signal 9 (Killed)". Once.
  virtual std::string end(std::int64_t id, std::chrono::milliseconds limit) = 0;
};

struct started_worker {
  process_channel channel;
  std::unique_ptr<worker_watch> watch;
};

/// A way to start workers. In any thread.
class worker_starter {
 public:
  worker_starter() = default;
  worker_starter(const worker_starter&) = delete;
  worker_starter& operator=(const worker_starter&) = delete;
  virtual ~worker_starter() = default;

  /// Throws std::system_error.
  virtual started_worker start() = 0;
};

/// Each worker is a new process of this executable.
std::unique_ptr<worker_starter> make_spawn_starter();
/// One process of this executable, without threads, which forks the workers.
std::unique_ptr<worker_starter> make_server_starter();

/// Whether process_worker_main() was called in this process, or in the one that forked it.
bool worker_main_is_called() noexcept;

std::int64_t own_process_id() noexcept;

/// "was killed by signal 9 (Killed)", "ended with code 3"; of what the system's wait call gives.
std::string describe_process_end(int status);

/// What a new process of this executable is to be.
enum class worker_role : char { jobs = 'j', forks = 'f' };
started_worker spawn_worker(worker_role role);

/// Takes the variable that tells a process what it is out of the environment.
void forget_worker_marker() noexcept;
/// What a process does that is to be this; gives its exit code. `told`: what the marker says
/// besides.
int run_worker(worker_role role, std::string_view told);

/// What a process does that forks workers, until its channel or its parent ends; gives its exit
/// code.
int serve_forks(native_handle control, std::int64_t parent);

/// How a worker learns that its parent has ended while it is in a job.
enum class parent_watch : char {
  by_signal = 's',   // the system sends one
  by_channel = 'c',  // a thread sees the end of its channel
};

/// What workers that are started from now on do. Tests set it.
void choose_parent_watch(parent_watch how) noexcept;
parent_watch chosen_parent_watch() noexcept;

/// In a worker: makes this process end with its parent, in the chosen way, and leave interrupts to
/// it. Ends it at once when the parent is not the one that was told. Throws std::system_error.
void follow_parent(std::int64_t parent, native_handle channel);

/// Starts a thread that ends this process when the other end of the channel is closed, by whoever
/// had it or by his end. Half an end, as the pool's farewell is, leaves it alone.
void end_with_channel(native_handle channel);

}  // namespace rill::detail
