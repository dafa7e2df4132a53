// SPDX-License-Identifier: BSL-1.0
// Echo servers as one would write them first, on the system's own calls and without a loop, and
// what is wrong with them: a silent client stalls all, "would block" is no error, asking again and
// again burns a processor. Do not copy; readiness_echo and socket_echo do it right.
// Listings F 3.1, F 3.2, F 3.1.2-a, F 3.3, F 3.4, F 3.5, F 3.6.
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"

namespace {

/// A descriptor that is closed.
class descriptor {
 public:
  explicit descriptor(int number) : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&&) = delete;
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int operator*() const { return number_; }

 private:
  int number_;
};

struct listening {
  descriptor listener{::socket(AF_INET, SOCK_STREAM, 0)};
  sockaddr_in address{};

  listening() {
    const int yes = 1;  // else the port of the last run would be taken for a minute
    ::setsockopt(*listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(*listener, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::listen(*listener, 10);
    socklen_t size = sizeof address;
    ::getsockname(*listener, reinterpret_cast<sockaddr*>(&address), &size);
  }
};

descriptor connect_to(const listening& server) {
  descriptor client(::socket(AF_INET, SOCK_STREAM, 0));
  ::connect(*client, reinterpret_cast<const sockaddr*>(&server.address), sizeof server.address);
  return client;
}

void send_text(const descriptor& to, std::string_view text) {
  if (::send(*to, text.data(), text.size(), MSG_NOSIGNAL) < 0) std::perror("send");
}

std::string receive(const descriptor& from, std::size_t most) {
  std::string data(most, '\0');
  const auto count = ::recv(*from, data.data(), most, 0);
  data.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return data;
}

void never_block(const descriptor& handle) { ::fcntl(*handle, F_SETFL, O_NONBLOCK); }

std::string shown(std::string_view text) {
  std::string made;
  for (const char each : text)
    made += each == '\r' ? "\\r" : each == '\n' ? "\\n" : std::string(1, each);
  return made;
}

// One client, two bytes at a time: a message comes in pieces.
void one_client() {
  const listening server;
  const descriptor client = connect_to(server);
  send_text(client, "testing123\r\n");
  const descriptor accepted(::accept(*server.listener, nullptr, nullptr));
  std::string message;
  while (!message.ends_with("\r\n")) {
    const std::string piece = receive(accepted, 2);
    if (piece.empty()) return;  // without this line: an endless row of empty pieces
    std::printf("I got data: %s\n", shown(piece).c_str());
    message += piece;
  }
  send_text(accepted, message);
  std::printf("echoed: %s\n", shown(receive(client, 100)).c_str());
}

// The server waits for the first client, and the second for both. Here its patience ends after a
// moment; without the limit, never.
void silent_client() {
  const listening server;
  const descriptor silent = connect_to(server);
  const descriptor second = connect_to(server);
  send_text(second, "anybody there?\r\n");
  const descriptor accepted(::accept(*server.listener, nullptr, nullptr));
  const timeval limit{0, 100'000};
  ::setsockopt(*accepted, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  receive(accepted, 100);
  never_block(second);
  const bool answered = !receive(second, 100).empty();
  std::printf("second client: %s\n", answered ? "served" : "still waits for the first to speak");
}

// A socket that does not block says at once that there is nothing yet. That is an answer, not an
// error; a server that dies of it has served nobody.
void nobody_yet() {
  const listening server;
  never_block(server.listener);
  const int accepted = ::accept(*server.listener, nullptr, nullptr);
  const bool would_block = accepted < 0 && errno == EAGAIN;
  std::printf("accept: %s\n", would_block ? "it would block, nobody is there" : "?");
}

/// The clients speak only after a while, one of them in two pieces.
void speak(const descriptor& one, const descriptor& other, long round) {
  if (round == 1000) send_text(other, "other ");
  if (round == 2000) send_text(other, "first\r\n");
  if (round == 3000) send_text(one, "one\r\n");
}

// Asking again and again serves everybody, at the price of a processor that does nothing else.
void asking_again() {
  const listening server;
  never_block(server.listener);
  const descriptor one = connect_to(server);
  const descriptor other = connect_to(server);
  std::vector<descriptor> clients;
  std::vector<std::string> half;  // what came of a line before there was nothing more: not dropped
  long in_vain = 0;
  int served = 0;
  for (long round = 1; served < 2; ++round) {
    speak(one, other, round);
    descriptor joined(::accept(*server.listener, nullptr, nullptr));
    if (*joined >= 0) {
      never_block(joined);
      clients.push_back(std::move(joined));
      half.emplace_back();
    }
    for (std::size_t i = 0; i < clients.size(); ++i) {
      const std::string piece = receive(clients[i], 100);
      half[i] += piece;
      if (piece.empty()) ++in_vain;
      if (!half[i].ends_with("\r\n")) continue;
      send_text(clients[i], std::exchange(half[i], {}));
      ++served;
    }
  }
  const std::string of_other = shown(receive(other, 100));
  const std::string of_one = shown(receive(one, 100));
  std::printf("%s and %s, and asked %s\n", of_other.c_str(), of_one.c_str(),
              in_vain > 5000 ? "thousands of times in vain" : "a few times in vain");
}

}  // namespace

int main(int count, char** arguments) {
  const cookbook::timing nothing_waits_by_it(count, arguments);
  one_client();
  silent_client();
  nobody_yet();
  asking_again();
}
