// SPDX-License-Identifier: BSL-1.0
//
// A pseudo-terminal, and a process that runs under one, as its session leader's only job.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>

namespace rill_test {

/// Both ends of a pseudo-terminal, closed with their owner. 80 columns, 24 rows.
class pseudo_terminal {
 public:
  pseudo_terminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0 ||
        ::ptsname_r(master_, name_, sizeof name_) != 0) {
      throw std::runtime_error("no pseudo-terminal");
    }
    terminal_ = ::open(name_, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal_ < 0) throw std::runtime_error("no terminal");
    resize(80, 24);
  }
  pseudo_terminal(const pseudo_terminal&) = delete;
  pseudo_terminal& operator=(const pseudo_terminal&) = delete;
  ~pseudo_terminal() {
    close_terminal();
    close_master();
  }

  /// The end of who types and looks.
  int master() const noexcept { return master_; }
  /// The end of the program.
  int terminal() const noexcept { return terminal_; }
  const char* name() const noexcept { return name_; }

  void type(std::string_view keys) const {
    if (::write(master_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
      throw std::runtime_error("the terminal takes no keys");
  }
  /// What was printed, as far as it is there.
  std::string printed() const {
    std::string text;
    char room[512];
    pollfd looked{master_, POLLIN, 0};
    while (::poll(&looked, 1, 0) == 1) {
      const ssize_t got = ::read(master_, room, sizeof room);
      if (got <= 0) break;
      text.append(room, static_cast<std::size_t>(got));
    }
    return text;
  }
  void resize(unsigned short columns, unsigned short rows) const {
    winsize size{};
    size.ws_col = columns;
    size.ws_row = rows;
    ::ioctl(master_, TIOCSWINSZ, &size);
  }
  termios mode() const {
    termios present{};
    ::tcgetattr(terminal_, &present);
    return present;
  }
  /// True if keys are echoed and come by the line, as on a fresh terminal.
  bool is_ordinary() const { return (mode().c_lflag & (ICANON | ECHO)) == (ICANON | ECHO); }
  bool is_in_character_mode() const { return (mode().c_lflag & (ICANON | ECHO)) == 0; }

  void close_terminal() noexcept {
    if (terminal_ >= 0) ::close(terminal_);
    terminal_ = -1;
  }
  /// Hangs up.
  void close_master() noexcept {
    if (master_ >= 0) ::close(master_);
    master_ = -1;
  }

 private:
  int master_;
  int terminal_ = -1;
  char name_[64] = {};
};

/// A child process whose terminal is a pseudo-terminal: its standard handles, and where its signals
/// come from. Its own process group is in the foreground; it ends after 8 seconds at most.
class terminal_process {
 public:
  /// Calls `program` in the child, which ends with what it returns, by exit(). The signals that the
  /// test framework handles have their default effect there. No other thread may run.
  template <class Program>
  terminal_process(pseudo_terminal& terminal, Program program) : terminal_(terminal) {
    std::fflush(nullptr);
    // The leader of the session stays behind as a shell would, so that the job is no orphan and can
    // be suspended. It tells the job's end by its own.
    leader_ = ::fork();
    if (leader_ != 0) return;
    ::setsid();
    const int own = ::open(terminal.name(), O_RDWR);
    for (const int number : {SIGINT, SIGTERM, SIGABRT, SIGSEGV, SIGHUP, SIGPIPE, SIGTSTP})
      std::signal(number, SIG_DFL);
    std::signal(SIGTTOU, SIG_IGN);
    ::ioctl(own, TIOCSCTTY, 0);
    const pid_t job = ::fork();
    if (job == 0) {
      ::setpgid(0, 0);
      ::tcsetpgrp(own, ::getpid());
      std::signal(SIGTTOU, SIG_DFL);
      for (int number = 0; number < 3; ++number) ::dup2(own, number);
      ::close(own);
      ::alarm(8);
      // exit() shall run what the program registers, and no destructor that waits for a thread of
      // the parent.
      ::on_exit([](int code, void*) { ::_exit(code); }, nullptr);
      std::exit(program());
    }
    ::setpgid(job, job);
    follow(job);
  }
  terminal_process(const terminal_process&) = delete;
  terminal_process& operator=(const terminal_process&) = delete;
  ~terminal_process() { wait(); }

  /// Waits until the program has printed that; returns all since the last wait.
  std::string wait_for(std::string_view text) {
    std::string seen;
    for (int tries = 0; tries < 4000; ++tries) {
      seen += terminal_.printed();
      if (seen.find(text) != std::string::npos) return seen;
      ::usleep(1000);
    }
    throw std::runtime_error("the program did not print '" + std::string(text) + "' but: " + seen);
  }
  /// How it ended: its exit code, or 128 and the signal. -1: not at all.
  int wait() {
    if (leader_ <= 0) return code_;
    int status = 0;
    ::waitpid(leader_, &status, 0);
    leader_ = -1;
    if (WIFEXITED(status)) code_ = WEXITSTATUS(status);
    return code_;
  }
  /// What its leader is asked to do, as a shell's user would ask.
  void ask_leader(int signal_number) const { ::kill(leader_, signal_number); }

 private:
  // In the leader: notes a stop on the terminal's other end, continues the job on SIGUSR1 in the
  // foreground; ends as the job does.
  [[noreturn]] static void follow(pid_t job) {
    static volatile std::sig_atomic_t asked = 0;
    std::signal(SIGUSR1, [](int) { asked = 1; });
    std::signal(SIGHUP, SIG_IGN);
    while (true) {
      int status = 0;
      const pid_t changed = ::waitpid(job, &status, WUNTRACED | WNOHANG);
      if (changed == job && WIFEXITED(status)) ::_exit(WEXITSTATUS(status));
      if (changed == job && WIFSIGNALED(status)) ::_exit(128 + WTERMSIG(status));
      if (changed == job && WIFSTOPPED(status)) {
        in_own_terminal([](int own) {
          const ssize_t written = ::write(own, "[stopped]\n", 10);
          static_cast<void>(written);
        });
      }
      if (asked != 0) {
        asked = 0;
        in_own_terminal([job](int own) { ::tcsetpgrp(own, job); });
        ::kill(-job, SIGCONT);
      }
      ::usleep(1000);
    }
  }
  template <class Action>
  static void in_own_terminal(Action action) {
    const int own = ::open("/dev/tty", O_WRONLY);
    action(own);
    ::close(own);
  }

  pseudo_terminal& terminal_;
  pid_t leader_ = -1;
  int code_ = -1;
};

}  // namespace rill_test
