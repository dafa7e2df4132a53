// SPDX-License-Identifier: BSL-1.0
//
// Example programs in processes of their own: a chat server, programs at a terminal, and a plain
// blocking client that says lines.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/pseudo_terminal.hpp"
#include "support/screen_model.hpp"

namespace rill_test {

/// Becomes another program; for a child process.
[[noreturn]] inline void become(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execv(arguments.front(), arguments.data());
  ::_exit(127);
}

/// A chat server on a free port, killed with its owner.
class chat_server_process {
 public:
  chat_server_process(const std::string& program, std::string backend) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    std::fflush(nullptr);
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      ::alarm(60);
      become({program, "--port", "0", "--backend", std::move(backend)});
    }
    ::close(ends[1]);
    std::string line;
    char byte = 0;
    while (::read(ends[0], &byte, 1) == 1 && byte != '\n') line += byte;
    ::close(ends[0]);
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) throw std::runtime_error("the server does not listen");
    port_ = static_cast<std::uint16_t>(std::atoi(line.c_str() + colon + 1));
  }
  chat_server_process(const chat_server_process&) = delete;
  chat_server_process& operator=(const chat_server_process&) = delete;
  ~chat_server_process() { end(SIGKILL); }

  std::uint16_t port() const noexcept { return port_; }
  void end(int signal_number) {
    if (process_ <= 0) return;
    ::kill(process_, signal_number);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }

 private:
  pid_t process_ = -1;
  std::uint16_t port_ = 0;
};

/// Says lines in the chat and does not listen.
class blocking_client {
 public:
  explicit blocking_client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("no connection");
  }
  blocking_client(const blocking_client&) = delete;
  blocking_client& operator=(const blocking_client&) = delete;
  ~blocking_client() { ::close(socket_); }

  void say(std::string_view text) const {
    if (::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(text.size()))
      throw std::runtime_error("nothing said");
  }

 private:
  int socket_;
};

/// A port of this machine where connections are neither accepted nor refused.
class deaf_server {
 public:
  deaf_server() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (::bind(listener_, any, size) != 0 || ::listen(listener_, 0) != 0 ||
        ::getsockname(listener_, any, &size) != 0)
      throw std::runtime_error("nothing listens");
    port_ = ntohs(address.sin_port);
    // These fill its queue.
    for (int& client : clients_) {
      client = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      static_cast<void>(::connect(client, any, size));
    }
  }
  deaf_server(const deaf_server&) = delete;
  deaf_server& operator=(const deaf_server&) = delete;
  ~deaf_server() {
    for (const int client : clients_) ::close(client);
    ::close(listener_);
  }

  std::uint16_t port() const noexcept { return port_; }

 private:
  int listener_;
  int clients_[2] = {-1, -1};
  std::uint16_t port_ = 0;
};

/// A program at a terminal of its own, and what stands on its screen.
class program_at_terminal {
 public:
  explicit program_at_terminal(std::vector<std::string> words)
      : process_(terminal_, [&words]() -> int { become(std::move(words)); }) {}

  /// Looks at what the program prints meanwhile, which may be more than the terminal holds.
  void type(std::string_view keys) {
    constexpr std::size_t piece = 256;
    while (!keys.empty()) {
      pollfd master{terminal_.master(), POLLIN | POLLOUT, 0};
      ::poll(&master, 1, -1);
      if ((master.revents & POLLIN) != 0) feed(terminal_.printed());
      if ((master.revents & (POLLIN | POLLOUT)) == 0) throw std::runtime_error("no terminal");
      if ((master.revents & POLLOUT) == 0) continue;
      terminal_.type(keys.substr(0, piece));
      keys.remove_prefix(std::min(piece, keys.size()));
    }
  }
  /// Waits until the program has sent that since the last wait.
  void wait_for(std::string_view text) { feed(process_.wait_for(text)); }
  /// Waits until that stands on the screen; false after some seconds.
  bool shows(std::string_view text) {
    for (int tries = 0; tries < 4000 && !screen_.shows(text); ++tries) {
      feed(terminal_.printed());
      ::usleep(1000);
    }
    return screen_.shows(text);
  }
  /// As a user with a mouse would.
  void resize(unsigned short columns, unsigned short rows) {
    screen_ = screen_model(rows, columns);
    terminal_.resize(columns, rows);
  }
  /// Sends the program a signal.
  void signal(int number) const {
    pid_t group = 0;
    ::ioctl(terminal_.master(), TIOCGPGRP, &group);
    ::kill(-group, number);
  }
  /// Has it go on behind a suspension, on a screen that others have cleared.
  void go_on() {
    screen_ = screen_model();
    process_.ask_leader(SIGUSR1);
  }
  int wait() {
    const int code = process_.wait();
    feed(terminal_.printed());
    return code;
  }

  const screen_model& screen() const noexcept { return screen_; }
  const std::string& sent() const noexcept { return sent_; }
  pseudo_terminal& terminal() noexcept { return terminal_; }

 private:
  void feed(std::string_view bytes) {
    sent_ += bytes;
    screen_.feed(bytes);
  }

  pseudo_terminal terminal_;
  terminal_process process_;
  screen_model screen_;
  std::string sent_;
};

}  // namespace rill_test
