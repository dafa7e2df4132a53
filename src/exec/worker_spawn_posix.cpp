// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/system_calls.hpp"
#include "base/uninterrupted.hpp"
#include "exec/worker_marker.hpp"
#include "exec/worker_process.hpp"
#include "exec/worker_system.hpp"
#include "rill/base/error.hpp"

namespace rill::detail {

namespace {

/// A child of this process. Whoever else waits for children of any id may take its status away.
class child_watch final : public worker_watch {
 public:
  explicit child_watch(pid_t pid) noexcept : pid_(pid), ended_(open_process_end(pid)) {}
  ~child_watch() override {
    if (!reaped_) child_watch::end(pid_, std::chrono::milliseconds(0));
    close_handle(ended_);
  }

  native_handle ended() const noexcept override { return ended_; }

  void kill(std::int64_t /*id*/) noexcept override { kill_child(pid_, ended_); }

  std::string end(std::int64_t id, std::chrono::milliseconds limit) override {
    if (!wait(static_cast<int>(limit.count()))) {
      child_watch::kill(id);
      if (ended_ != invalid_handle) wait(-1);  // without it, reaping waits
    }
    int status = 0;
    const std::int64_t got =
        uninterrupted([&] { return system_calls().waitpid(pid_, &status, 0); });
    reaped_ = true;
    return got == pid_ ? describe_process_end(status) : "ended";
  }

 private:
  bool wait(int milliseconds) const noexcept {
    pollfd watched{static_cast<int>(ended_), POLLIN, 0};
    return uninterrupted([&] { return system_calls().poll(&watched, 1, milliseconds); }) > 0;
  }

  const pid_t pid_;
  const native_handle ended_;
  bool reaped_ = false;
};

/// Frees what posix_spawn() wants.
struct spawn_plan {
  spawn_plan() {
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&attributes);
  }
  spawn_plan(const spawn_plan&) = delete;
  spawn_plan& operator=(const spawn_plan&) = delete;
  ~spawn_plan() {
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
};

// The worker has standard output and error, nothing to read, its channel, and nothing else.
short plan_files(spawn_plan& plan, int channel) {
  ::posix_spawn_file_actions_adddup2(&plan.files, channel, worker_marker::channel);
  ::posix_spawn_file_actions_addopen(&plan.files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  return close_from(plan.files, worker_marker::channel + 1);
}

short plan_signals(spawn_plan& plan) {
  sigset_t set;
  sigemptyset(&set);
  ::posix_spawnattr_setsigmask(&plan.attributes, &set);
  sigfillset(&set);
  ::posix_spawnattr_setsigdefault(&plan.attributes, &set);
  return POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
}

class spawn_starter final : public worker_starter {
 public:
  started_worker start() override { return spawn_worker(worker_role::jobs); }
};

}  // namespace

std::unique_ptr<worker_starter> make_spawn_starter() { return std::make_unique<spawn_starter>(); }

started_worker spawn_worker(worker_role role) {
  const channel_pair pair = make_channel_pair();
  started_worker worker;
  worker.channel = process_channel(pair.own);
  process_channel other(pair.other);  // closed here on every way out

  std::string marker = worker_marker::text(role, own_process_id());
  std::vector<char*> environment;
  for (char** variable = own_environment(); *variable != nullptr; ++variable) {
    if (!std::string_view(*variable).starts_with(worker_marker::prefix)) {
      environment.push_back(*variable);
    }
  }
  environment.push_back(marker.data());
  environment.push_back(nullptr);
  std::string title = role == worker_role::jobs ? "rill worker" : "rill fork server";
  std::string name = own_program_name();
  std::array<char*, 3> arguments{name.data(), title.data(), nullptr};
  const std::string path = own_program_path();

  spawn_plan plan;
  const int flags = plan_files(plan, static_cast<int>(pair.other)) | plan_signals(plan);
  ::posix_spawnattr_setflags(&plan.attributes, static_cast<short>(flags));
  pid_t pid = -1;
  const int error = system_calls().posix_spawn(&pid, path.c_str(), &plan.files, &plan.attributes,
                                               arguments.data(), environment.data());
  if (error != 0) throw_system_error(error, "rill: starting a worker process");
  auto watch = std::make_unique<child_watch>(pid);
  if (watch->ended() == invalid_handle) {
    throw_system_error(errno, "rill: watching a worker process");
  }
  worker.channel.watch(watch->ended());
  worker.watch = std::move(watch);
  return worker;
}

std::int64_t own_process_id() noexcept { return ::getpid(); }

std::string describe_process_end(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    const char* const name = signal_text(number);
    return "was killed by signal " + std::to_string(number) + " (" +
           (name != nullptr ? name : "unknown") + ")";
  }
  return "ended with code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace rill::detail
