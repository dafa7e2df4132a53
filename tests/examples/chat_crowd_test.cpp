// SPDX-License-Identifier: BSL-1.0
//
// Many users of the chat, users that stall or flood, and its end. Time is virtual.
#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "chat/chat_room.hpp"
#include "examples/chat_people.hpp"
#include "rill/combinators/gather.hpp"
#include "rill/combinators/views.hpp"
#include "rill/core/create_task.hpp"
#include "rill/loop/clock.hpp"
#include "support/coroutine_case.hpp"

namespace {

using namespace std::chrono_literals;
using rill_test::come_in;
using rill_test::counts;
using rill_test::hear;
using rill_test::hear_out;
using rill_test::knock;
using rill_test::open_room;
using rill_test::unhurried;

/// Says its lines, `<number>` each, and hears until it has heard `wanted` lines of users. Tells how
/// many were in the order in which their senders sent them.
rill::coro<int> take_part(rill::connection& client, int lines, int wanted) {
  for (int i = 0; i < lines; ++i) client.writer.write(std::to_string(i) + "\n");
  std::map<std::string, int> next;
  int in_order = 0;
  for (int heard = 0; heard < wanted;) {
    const std::string line = co_await hear(client);
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    ++heard;
    const std::string sender = line.substr(0, colon);
    if (line.substr(colon + 2) == std::to_string(next[sender]++)) ++in_order;
  }
  co_return in_order;
}

/// Hears until it has been sent that many lines; faster than line by line.
rill::coro<std::size_t> count_lines(rill::connection& client, std::size_t wanted) {
  std::array<char, 16 * 1024> buffer;
  std::size_t lines = 0;
  while (lines < wanted) {
    const std::size_t count = co_await client.reader.read_into(buffer);
    if (count == 0) break;
    for (const char byte : std::string_view(buffer.data(), count)) lines += byte == '\n' ? 1 : 0;
  }
  co_return lines;
}

}  // namespace

RILL_IO_TEST_CASE("of 50 users each hears all lines of all, in the order of each", "[chat_crowd]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  std::vector<rill::connection> clients;
  for (int i = 0; i < 50; ++i) {
    rill::connection client = co_await come_in(server, "user" + std::to_string(i));
    clients.push_back(std::move(client));
  }
  std::vector<rill::task<int>> parts;
  for (rill::connection& client : clients) {
    parts.push_back(rill::create_task(take_part(client, 50, 2500)));
  }
  for (const rill::task<int>& part : parts) {
    const int in_order = co_await part;
    CHECK(in_order == 2500);
  }
  CHECK(room->stats().expelled == 0);
  CHECK(room->stats().lines == 2500);
  co_await chat::shut_down(server, *room, 1s);
}

// 500 of them; 100 on Windows.
RILL_IO_TEST_CASE("a crowd of users hear each other", "[chat_crowd]") {
  constexpr std::size_t users = RILL_CHAT_CROWD;
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  std::vector<rill::connection> clients;
  for (std::size_t i = 0; i < users; ++i) {
    rill::connection client =
        co_await knock(server, chat::write_greeting("user" + std::to_string(i)));
    clients.push_back(std::move(client));
  }
  const bool all = co_await counts(*room, users);
  CHECK(all);
  std::vector<rill::task<std::size_t>> counted;
  for (std::size_t i = 0; i < users; ++i) {
    // A welcome, the arrivals from its own on, and a line of each tenth user. Who is served first
    // may differ from who has connected first.
    counted.push_back(rill::create_task(count_lines(clients[i], 1 + 1 + users / 10)));
  }
  for (std::size_t i = 0; i < users; i += 10) clients[i].writer.write("hello\n");
  for (const rill::task<std::size_t>& count : counted) {
    const std::size_t lines = co_await count;
    REQUIRE(lines >= 1 + 1 + users / 10);
  }
  CHECK(room->stats().users == users);
  CHECK(room->stats().expelled == 0);
  CHECK(room->stats().lines == users / 10);
  co_await chat::shut_down(server, *room, 1s);
  CHECK(room->stats().connections == 0);
}

RILL_IO_TEST_CASE("a user who stalls delays nobody and is dropped", "[chat_crowd]") {
  chat::room_options options = unhurried();
  options.queue = 100;
  const auto room = std::make_shared<chat::chat_room>(options);
  rill::server server = co_await open_room(room);
  rill::connection stalled = co_await come_in(server, "stalled");
  rill::connection talker = co_await come_in(server, "talker");
  const std::string text(32 * 1024, 'x');
  std::size_t said = 0;
  while (room->stats().expelled == 0 && said < 5000) {
    talker.writer.write(text + "\n");
    ++said;
    const std::string own = co_await hear(talker);
    REQUIRE(own == "talker: " + text);
  }
  CHECK(room->stats().expelled == 1);
  CHECK(room->stats().users == 1);
  const std::string told = co_await hear(talker);
  CHECK(told == "stalled has left the chat");
  CHECK(room->stats().connections == 2);  // it may still take what waits for it
  co_await chat::shut_down(server, *room, 1s);
}

RILL_IO_TEST_CASE("a user who is too slow is sent what had waited, and then a notice",
                  "[chat_crowd]") {
  chat::room_options options = unhurried();
  options.queue = 100;
  const auto room = std::make_shared<chat::chat_room>(options);
  rill::server server = co_await open_room(room);
  rill::connection slow = co_await come_in(server, "slow");
  rill::connection talker = co_await come_in(server, "talker");
  const std::string text(32 * 1024, 'x');
  std::size_t said = 0;
  while (room->stats().expelled == 0 && said < 5000) {
    talker.writer.write(text + "\n");
    ++said;
    const std::string own = co_await hear(talker);
    REQUIRE(own.size() == text.size() + 8);
  }
  const std::string all = co_await hear_out(slow);
  const std::size_t lines = (all.size() - std::string("talker connected!\n").size()) / 32'777;
  CHECK(lines == said - 1);  // all but the one that had no room
  CHECK(all.ends_with("x\n! too many lines wait for you; goodbye\n"));
  co_await chat::shut_down(server, *room, 1s);
}

RILL_IO_TEST_CASE("a crowd that leaves at once leaves nothing behind", "[chat_crowd]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  std::vector<rill::connection> clients;
  for (int i = 0; i < 50; ++i) {
    rill::connection client = co_await come_in(server, "user" + std::to_string(i));
    clients.push_back(std::move(client));
  }
  for (rill::connection& client : clients) {
    client.writer.underlying_socket().set_reset_on_close();
    client.writer.abort();
  }
  const bool gone = co_await counts(*room, 0);
  CHECK(gone);
  co_await chat::shut_down(server, *room, 1s);
  CHECK(room->stats().connections == 0);
}

RILL_IO_TEST_CASE("a user who takes nothing is dropped although the queue is not full",
                  "[chat_crowd]") {
  chat::room_options options = unhurried();
  options.queue = 100'000;
  options.patience = 10s;
  const auto room = std::make_shared<chat::chat_room>(options);
  rill::server server = co_await open_room(room);
  rill::connection stalled = co_await come_in(server, "stalled");
  rill::connection talker = co_await come_in(server, "talker");
  const std::string text(60 * 1024, 'x');
  for (int i = 0; i < 300; ++i) {
    talker.writer.write(text + "\n");
    const std::string own = co_await hear(talker);
    REQUIRE(own.size() == text.size() + 8);
  }
  const rill::time_point begun = rill::loop_clock::now();
  const std::string told = co_await hear(talker);
  CHECK(told == "stalled has left the chat");
  CHECK(rill::loop_clock::now() - begun <= 11s);
  CHECK(room->stats().expelled == 0);
  co_await chat::shut_down(server, *room, 1s);
}

RILL_IO_TEST_CASE("a user who floods does not silence another", "[chat_crowd]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  rill::connection flood = co_await come_in(server, "flood");
  rill::connection other = co_await come_in(server, "other");
  std::string lines;
  for (int i = 0; i < 20'000; ++i) lines += "a\n";
  flood.writer.write(lines);
  auto swallowed = rill::create_task(count_lines(flood, 20'000));
  other.writer.write("and I?\n");
  int before = 0;
  while (true) {
    const std::string line = co_await hear(other);
    if (line == "other: and I?") break;
    ++before;
  }
  CHECK(before < 10'000);
  const std::size_t own = co_await swallowed;
  CHECK(own >= 20'000);
  CHECK(room->stats().expelled == 0);
  co_await chat::shut_down(server, *room, 1s);
}

RILL_IO_TEST_CASE("users may come and go in any order", "[chat_crowd]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  rill::connection witness = co_await come_in(server, "witness");
  std::vector<rill::connection> clients;
  for (unsigned round = 0; round < 200; ++round) {
    const bool comes = clients.empty() || (round * 7) % 5 < 3;
    if (comes) {
      rill::connection client = co_await come_in(server, "user" + std::to_string(round));
      clients.push_back(std::move(client));
    } else {
      const auto place = static_cast<std::ptrdiff_t>((round * 13) % clients.size());
      clients.erase(clients.begin() + place);
    }
  }
  const bool right = co_await counts(*room, clients.size() + 1);
  CHECK(right);
  int arrivals = 0;
  int departures = 0;
  while (arrivals + departures < 200) {
    const std::string line = co_await hear(witness);
    if (line.ends_with(" connected!")) ++arrivals;
    if (line.ends_with(" has left the chat")) ++departures;
  }
  CHECK(arrivals - departures == static_cast<int>(clients.size()));
  co_await chat::shut_down(server, *room, 1s);
}

RILL_IO_TEST_CASE("the end of the chat keeps its deadline, whoever stalls", "[chat_crowd]") {
  chat::room_options options = unhurried();
  options.queue = 100'000;
  const auto room = std::make_shared<chat::chat_room>(options);
  rill::server server = co_await open_room(room);
  rill::connection anonymous = co_await knock(server, "");
  rill::connection stalled = co_await come_in(server, "stalled");
  rill::connection talker = co_await come_in(server, "talker");
  const std::string text(60 * 1024, 'x');
  for (int i = 0; i < 300; ++i) {
    talker.writer.write(text + "\n");
    const std::string own = co_await hear(talker);
    REQUIRE(own.size() == text.size() + 8);
  }
  const rill::time_point begun = rill::loop_clock::now();
  auto listening = rill::create_task(hear_out(talker));
  co_await chat::shut_down(server, *room, 3s);
  const auto passed = rill::loop_clock::now() - begun;
  CHECK(passed >= 3s);
  CHECK(passed < 4s);
  CHECK(room->stats().connections == 0);
  const std::string rest = co_await listening;
  CHECK(rest.empty());  // nobody is told of those who leave at the end
  const std::string nothing = co_await hear_out(anonymous);
  CHECK(nothing.empty());
}

RILL_IO_TEST_CASE("the end of the chat does not wait for its deadline without need",
                  "[chat_crowd]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  std::vector<rill::task<std::string>> endings;
  std::vector<rill::connection> clients;
  for (int i = 0; i < 20; ++i) {
    rill::connection client = co_await come_in(server, "user" + std::to_string(i));
    clients.push_back(std::move(client));
  }
  clients.front().writer.write("last words\n");
  const std::string heard = co_await hear(clients.front(), 20);
  CHECK(heard.ends_with("user0: last words\n"));
  const rill::time_point begun = rill::loop_clock::now();
  auto ending = rill::create_task(chat::shut_down(server, *room, 1h));
  for (rill::connection& client : clients) {
    const std::string rest = co_await hear_out(client);
    if (&client != &clients.front()) CHECK(rest.ends_with("user0: last words\n"));
    client.writer.close();
  }
  co_await ending;
  CHECK(rill::loop_clock::now() - begun < 2s);
}
