// SPDX-License-Identifier: BSL-1.0
//
// The fork server: a process of this executable that has done nothing but start, so that what it
// forks inherits no thread, no lock and no descriptor of the program. It reads orders from its
// channel and ends with it; of a worker's end it tells through a pipe of that worker.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "base/system_calls.hpp"
#include "base/uninterrupted.hpp"
#include "exec/worker_jobs.hpp"
#include "exec/worker_process.hpp"
#include "exec/worker_system.hpp"
#include "rill/base/error.hpp"

namespace rill::detail {

namespace {

enum class order_kind : std::int32_t { start, kill };

/// start comes with two handles: the worker's end of its channel, the writing end of its pipe.
struct fork_order {
  order_kind kind;
  std::int32_t process;
};

/// What the pipe of a worker says at the end.
struct fork_report {
  std::int32_t is_error;  // value is an errno: it was not started
  std::int32_t value;     // else what the wait call gave
};

std::span<const std::byte> bytes_of(const fork_order& order) noexcept {
  return std::as_bytes(std::span(&order, 1));
}

/// The server, of one pool. Its workers keep it: they end when it does.
class fork_server {
 public:
  fork_server() : process_(spawn_worker(worker_role::forks)) {}

  // Throws wire_closed when it has died.
  void send(const fork_order& order, std::span<const native_handle> handles) {
    const std::lock_guard<std::mutex> guard(mutex_);
    process_.channel.send(bytes_of(order), {}, handles);
  }
  void kill() noexcept { process_.watch->kill(0); }

 private:
  std::mutex mutex_;
  started_worker process_;
};

class forked_watch final : public worker_watch {
 public:
  forked_watch(std::shared_ptr<fork_server> server, native_handle report) noexcept
      : server_(std::move(server)), report_(report) {}
  ~forked_watch() override { close_handle(report_); }

  native_handle ended() const noexcept override { return report_; }

  // The server knows which of its children are alive.
  void kill(std::int64_t id) noexcept override {
    try {
      server_->send({order_kind::kill, static_cast<std::int32_t>(id)}, {});
    } catch (...) {  // it has died, and they with it
    }
  }

  std::string end(std::int64_t id, std::chrono::milliseconds limit) override {
    if (!wait(limit) && id != 0) {
      forked_watch::kill(id);
      wait(kill_limit);
    }
    // A server that does not answer, or a worker that it never began: the pipe ends with it.
    if (!wait(std::chrono::milliseconds(0))) server_->kill();
    fork_report report{};
    const std::int64_t got = uninterrupted(
        [&] { return system_calls().read(static_cast<int>(report_), &report, sizeof report); });
    if (got != sizeof report) return "ended with its fork server";
    if (report.is_error != 0) return "could not be forked: error " + std::to_string(report.value);
    return describe_process_end(report.value);
  }

 private:
  static constexpr std::chrono::milliseconds kill_limit{500};

  bool wait(std::chrono::milliseconds limit) const noexcept {
    pollfd watched{static_cast<int>(report_), POLLIN, 0};
    return uninterrupted([&] {
             return system_calls().poll(&watched, 1, static_cast<int>(limit.count()));
           }) > 0;
  }

  const std::shared_ptr<fork_server> server_;
  const native_handle report_;
};

class server_starter final : public worker_starter {
 public:
  started_worker start() override {
    const channel_pair pair = make_channel_pair();
    started_worker worker;
    worker.channel = process_channel(pair.own);
    const process_channel other(pair.other);  // closed here on every way out
    std::array<int, 2> report{};
    if (system_calls().pipe2(report.data(), O_CLOEXEC) != 0) {
      throw_system_error(errno, "rill: watching a worker process");
    }
    const process_channel writing(report[1]);
    const std::array<native_handle, 2> handles{pair.other, report[1]};
    process_channel reading(report[0]);
    const std::shared_ptr<fork_server> server = order_start(handles);
    worker.watch = std::make_unique<forked_watch>(server, reading.release());
    worker.channel.watch(worker.watch->ended());
    return worker;
  }

 private:
  // A server that was killed is replaced.
  std::shared_ptr<fork_server> order_start(std::span<const native_handle> handles) {
    for (int attempt = 0;; ++attempt) {
      const std::shared_ptr<fork_server> server = present_server();
      try {
        server->send({order_kind::start, 0}, handles);
        return server;
      } catch (const wire_closed&) {
        forget(server);
        if (attempt == 2) {
          throw_system_error(ECONNRESET, "rill: the fork server of a process pool dies");
        }
      }
    }
  }
  std::shared_ptr<fork_server> present_server() {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (server_ == nullptr) server_ = std::make_shared<fork_server>();
    return server_;
  }
  void forget(const std::shared_ptr<fork_server>& dead) {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (server_ == dead) server_ = nullptr;
  }

  std::mutex mutex_;
  std::shared_ptr<fork_server> server_;
};

/// The server's side.
class fork_loop {
 public:
  fork_loop(native_handle control, native_handle parent)
      : control_(control), parent_(parent), channel_(control) {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &ends, &before_);
    struct sigaction wake{};
    wake.sa_handler = [](int /*number*/) {};
    ::sigaction(SIGCHLD, &wake, nullptr);
  }

  int run() {
    try {
      while (true) {
        reap();
        if (has_order()) take_order();
      }
    } catch (const wire_closed&) {
      return 0;
    }
  }

 private:
  struct forked_worker {
    pid_t process;
    native_handle report;
  };

  // The signal of a child's end comes while it waits here, and only then.
  // The pool's end of the channel may outlive the pool, in a process that was forked.
  bool has_order() const {
    std::array<pollfd, 2> watched{
        {{static_cast<int>(control_), POLLIN, 0}, {static_cast<int>(parent_), POLLIN, 0}}};
    if (system_calls().ppoll(watched.data(), watched.size(), nullptr, &before_) <= 0) return false;
    if (watched[1].revents != 0) throw wire_closed();
    return true;
  }

  void take_order() {
    fork_order order{};
    std::vector<native_handle> handles;
    auto room = std::as_writable_bytes(std::span(&order, 1));
    while (!room.empty()) room = room.subspan(channel_.receive(room, handles));
    if (order.kind == order_kind::start && handles.size() == 2) {
      start(handles[0], handles[1]);
    } else if (order.kind == order_kind::kill) {
      const auto is_it = [&order](const forked_worker& each) {
        return each.process == order.process;
      };
      if (std::any_of(children_.begin(), children_.end(), is_it)) ::kill(order.process, SIGKILL);
    }
  }

  void start(native_handle worker, native_handle report) {
    const pid_t server = ::getpid();
    const pid_t process = system_calls().fork();
    if (process == 0) become_worker(server, worker, report);
    if (process < 0) {
      tell(report, {1, errno});
    } else {
      children_.push_back({process, report});
    }
    close_handle(worker);
  }

  [[noreturn]] void become_worker(std::int64_t server, native_handle worker, native_handle report) {
    ::signal(SIGCHLD, SIG_DFL);
    ::signal(SIGPIPE, SIG_DFL);
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
    follow_parent(server, worker);
    channel_.close();
    close_handle(parent_);
    close_handle(report);
    for (const forked_worker& each : children_) close_handle(each.report);
    process_channel channel(worker);
    std::exit(serve_jobs(channel));
  }

  void reap() {
    int status = 0;
    pid_t process = 0;
    while ((process = system_calls().waitpid(-1, &status, WNOHANG)) > 0) {
      const auto is_it = [process](const forked_worker& each) { return each.process == process; };
      const auto found = std::find_if(children_.begin(), children_.end(), is_it);
      if (found == children_.end()) continue;
      tell(found->report, {0, status});
      children_.erase(found);
    }
  }

  // A pipe takes so little at once, or nobody reads it any more.
  static void tell(native_handle report, fork_report what) noexcept {
    [[maybe_unused]] const ssize_t written =
        system_calls().write(static_cast<int>(report), &what, sizeof what);
    close_handle(report);
  }

  const native_handle control_;
  const native_handle parent_;  // readable when it has ended; or none
  process_channel channel_;
  sigset_t before_{};
  std::vector<forked_worker> children_;
};

}  // namespace

std::unique_ptr<worker_starter> make_server_starter() { return std::make_unique<server_starter>(); }

int serve_forks(native_handle control, std::int64_t parent) {
  ::signal(SIGPIPE, SIG_IGN);  // a report that nobody waits for
  const native_handle end = open_process_end(static_cast<pid_t>(parent));
  if (::getppid() != parent) return 0;  // it has ended, and the id may be another's
  fork_loop loop(control, end);
  return loop.run();
}

}  // namespace rill::detail
