// SPDX-License-Identifier: BSL-1.0
// An echo server with a thread for each client and no loop: how it is stopped, and what becomes of
// threads that nobody stops. Listings F 7.1, F 7.1-a, F 7.2, N38.
//
//     cookbook_thread_per_client --port 1234
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <latch>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "cookbook/cookbook.hpp"
#include "cookbook/joining_thread.hpp"

namespace {

constexpr std::string_view usage =
    "usage: cookbook_thread_per_client [--port PORT] [--virtual] [--scale FACTOR]\n"
    "  --port PORT     serves there until Ctrl-C; 0 takes any\n"
    "  --virtual, --scale FACTOR  change nothing: no loop is here";

constexpr std::string_view farewell = "Shutting down!\n";

/// A descriptor that is closed.
class descriptor {
 public:
  explicit descriptor(int number) : number_(number) {
    if (number < 0) throw std::system_error(errno, std::generic_category(), "socket");
  }
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&&) = delete;
  ~descriptor() { close(); }
  int operator*() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_;
};

bool send_all(const descriptor& to, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(*to, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// What has come; nothing once the other side has gone, or the connection was shut down.
std::string receive_some(const descriptor& from) {
  std::string some(2048, '\0');
  const ssize_t got = ::recv(*from, some.data(), some.size(), 0);
  some.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return some;
}

std::string receive_rest(const descriptor& from) {
  std::string all;
  for (std::string some = receive_some(from); !some.empty(); some = receive_some(from)) all += some;
  return all;
}

std::string line_of(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

sockaddr_in local_address(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

descriptor connect_to(std::uint16_t port) {
  const sockaddr_in address = local_address(port);
  descriptor made(::socket(AF_INET, SOCK_STREAM, 0));
  if (::connect(*made, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::system_error(errno, std::generic_category(), "connect");
  }
  return made;
}

/// Echoes what clients say, each in a thread that blocks.
///
/// A thread that blocks in a call of the system cannot be asked for anything. What ends the call is
/// the end of its socket: shut down in both directions, it gives "end of stream" to whoever
/// receives, and an error to whoever sends. It is closed only when its thread has been joined,
/// else the number might be another connection's meanwhile.
class echo_service {
 public:
  explicit echo_service(std::uint16_t port) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const int yes = 1;  // else the port of the last run would be taken for a minute
    ::setsockopt(*listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address = local_address(port);
    socklen_t size = sizeof address;
    auto* const name = reinterpret_cast<sockaddr*>(&address);
    if (::bind(*listener_, name, size) != 0 || ::listen(*listener_, 100) != 0 ||
        ::getsockname(*listener_, name, &size) != 0) {
      throw std::system_error(errno, std::generic_category(), "listening");
    }
    port_ = ntohs(address.sin_port);
    accepting_ = cookbook::joining_thread([this] { accept_clients(); });
  }
  ~echo_service() { stop(); }
  echo_service(const echo_service&) = delete;
  echo_service& operator=(const echo_service&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  int clients() const noexcept { return served_; }

  /// In any thread, as often as one likes. When it returns, clients have been told, and no thread
  /// is left.
  void stop() {
    std::call_once(stopped_, [this] {
      {
        const std::lock_guard guard(mutex_);
        stopping_ = true;
        ::shutdown(*listener_, SHUT_RDWR);
        for (client& each : clients_) say_farewell(each);
      }
      accepting_.join();
      clients_.clear();  // nobody adds to it now
    });
  }

 private:
  struct client {
    explicit client(descriptor accepted) : socket(std::move(accepted)) {}
    descriptor socket;
    std::atomic<bool> ended = false;
    cookbook::joining_thread thread;  // joined before the socket is closed
  };

  // Whether the client is still there is not asked: it may go between question and farewell. A text
  // to nobody does no harm, and one that does not fit is not waited for.
  static void say_farewell(const client& to) {
    ::send(*to.socket, farewell.data(), farewell.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::shutdown(*to.socket, SHUT_RDWR);
  }

  void accept_clients() {
    while (true) {
      const int number = ::accept(*listener_, nullptr, nullptr);
      if (number < 0) {
        if (errno == EINTR || errno == ECONNABORTED) continue;
        break;  // it was shut down
      }
      descriptor accepted(number);
      const std::lock_guard guard(mutex_);
      if (stopping_) break;
      clients_.remove_if([](const client& each) { return each.ended.load(); });
      client& fresh = clients_.emplace_back(std::move(accepted));
      fresh.thread = cookbook::joining_thread([&fresh] { serve(fresh); });
      ++served_;
    }
  }

  static void serve(client& me) {
    for (std::string some = receive_some(me.socket); !some.empty();
         some = receive_some(me.socket)) {
      if (!send_all(me.socket, some)) break;
    }
    ::shutdown(*me.socket, SHUT_RDWR);
    me.ended = true;
  }

  descriptor listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> served_ = 0;
  std::once_flag stopped_;
  std::mutex mutex_;
  bool stopping_ = false;
  std::list<client> clients_;
  cookbook::joining_thread accepting_;
};

// -- what not to do ------------------------------------------------------------------------------

struct connected_pair {
  explicit connected_pair(const int (&ends)[2]) : near(ends[0]), far(ends[1]) {}
  descriptor near;
  descriptor far;
};

connected_pair make_pair_of_sockets() {
  int ends[2] = {-1, -1};  // and so they stay if it fails, which the descriptors tell
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) ends[0] = -1;
  return connected_pair(ends);
}

// Nothing has come, again and again: the client has left, and a server that does not look asks for
// ever. This one gives up.
void end_not_noticed() {
  connected_pair pair = make_pair_of_sockets();
  pair.far.close();
  int in_vain = 0;
  while (in_vain < 1'000 && receive_some(pair.near).empty()) ++in_vain;
  std::printf("a client that has left is read %d times in vain\n", in_vain);
}

/// Serves one client; its clean-up is a word at the end.
void serve_one(const descriptor& client, std::latch& first_is_served) {
  bool is_first = true;
  for (std::string some = receive_some(client); !some.empty(); some = receive_some(client)) {
    send_all(client, some);
    if (std::exchange(is_first, false)) first_is_served.count_down();
  }
  send_all(client, "Goodbye!\n");
}

enum class kind { ordinary, daemon };

/// A program whose main() comes to its end while a thread serves a client.
[[noreturn]] void be_a_program(const descriptor& client, kind of_thread) {
  std::latch served(1);
  std::thread serving([&] { serve_one(client, served); });
  served.wait();  // and now Ctrl-C
  if (of_thread == kind::ordinary) {
    serving.join();
  } else {
    serving.detach();
  }
  std::_Exit(0);
}

std::string ask(const descriptor& server, std::string_view text) {
  if (!send_all(server, text)) return {};
  return line_of(receive_some(server));
}

// Ordinary threads keep the program: it goes on serving for as long as the client likes. Daemon
// threads are cut off wherever they are.
void threads_that_nobody_stops(kind of_thread) {
  connected_pair pair = make_pair_of_sockets();
  const pid_t program = ::fork();  // no thread of this process is there yet
  if (program == 0) {
    pair.near.close();
    be_a_program(pair.far, of_thread);
  }
  pair.far.close();
  ask(pair.near, "hello\n");
  std::string last;
  if (of_thread == kind::ordinary) {
    last = ask(pair.near, "are you still there?\n");
    ::shutdown(*pair.near, SHUT_WR);
  }
  const std::string end = line_of(receive_rest(pair.near));
  ::waitpid(program, nullptr, 0);
  if (of_thread == kind::ordinary) {
    std::printf("an ordinary thread outlives main(): '%s', until its client leaves: '%s'\n",
                last.c_str(), end.c_str());
  } else {
    std::printf("a daemon thread ends with main(): '%s'\n", end.c_str());
  }
}

// -- and how -------------------------------------------------------------------------------------

void served_and_stopped() {
  echo_service service(0);
  std::list<descriptor> clients;
  for (int i = 1; i <= 3; ++i) {
    clients.push_back(connect_to(service.port()));
    std::printf("echo: %s\n", ask(clients.back(), "client " + std::to_string(i) + "\n").c_str());
  }
  clients.pop_front();  // one that has left does not disturb the farewell
  cookbook::joining_thread also([&service] { service.stop(); });
  service.stop();
  std::printf("stopped: %d clients were served\n", service.clients());
  for (const descriptor& each : clients) {
    std::printf("a client reads '%s', then the end\n", line_of(receive_rest(each)).c_str());
  }
  bool refused = false;
  try {
    connect_to(service.port());
  } catch (const std::system_error&) {
    refused = true;
  }
  std::printf("the next one is %s\n", refused ? "refused" : "let in");
}

// Ctrl-C belongs to one thread, which does nothing but wait for it: those that block see no signal.
int serve(std::uint16_t port) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  echo_service service(port);
  std::printf("echo server on port %d\n", service.port());
  std::fflush(stdout);
  int number = 0;
  ::sigwait(&ends, &number);
  service.stop();
  std::printf("Shutting down! %d clients were served\n", service.clients());
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  examples::command_line line(count, arguments, usage);
  const cookbook::timing nothing_waits_by_it(line);
  const int port = line.whole_number("--port", -1, 0, 65535);
  line.done();
  try {
    if (port >= 0) return serve(static_cast<std::uint16_t>(port));
    end_not_noticed();
    threads_that_nobody_stops(kind::ordinary);
    threads_that_nobody_stops(kind::daemon);
    served_and_stopped();
  } catch (const std::system_error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
