// SPDX-License-Identifier: BSL-1.0
//
// The chat as its users see it. Time is virtual.
#include "chat/chat_room.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "examples/chat_people.hpp"
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

/// What a room answers to a first line, up to the end of the connection.
rill::coro<std::string> answer_to(const rill::server& server, std::string first) {
  rill::connection client = co_await knock(server, std::move(first));
  client.writer.write_eof();
  std::string answer = co_await hear_out(client);
  co_return std::move(answer);
}

}  // namespace

RILL_IO_TEST_CASE("the transcript of the chat", "[chat_room]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  rill::connection she = co_await knock(server, "CONNECT MissIslington\n");
  const std::string first = co_await hear(she, 2);
  CHECK(first == "Welcome! 1 user(s) are online!\nMissIslington connected!\n");
  rill::connection he = co_await knock(server, "CONNECT SirBedevere\r\n");
  const std::string second = co_await hear(he, 2);
  CHECK(second == "Welcome! 2 user(s) are online!\nSirBedevere connected!\n");
  he.writer.write("Is that your nose?\n");
  const std::string own = co_await hear(he);
  CHECK(own == "SirBedevere: Is that your nose?");
  const std::string seen = co_await hear(she, 2);
  CHECK(seen == "SirBedevere connected!\nSirBedevere: Is that your nose?\n");
  he.writer.close();
  const std::string left = co_await hear(she);
  CHECK(left == "SirBedevere has left the chat");
  CHECK(room->stats().users == 1);
  co_await chat::shut_down(server, *room, 1s);
  const std::string rest = co_await hear_out(she);
  CHECK(rest.empty());
  CHECK(room->stats().connections == 0);
}

RILL_IO_TEST_CASE("a first line that is no greeting is answered and the client closed",
                  "[chat_room]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  rill::connection witness = co_await come_in(server, "witness");
  const std::string how = "! the first line is: CONNECT <name>\n";
  for (const char* const wrong : {"HELLO x\n", "CONNECT\n", "\n", "", "connect x\n", "CONNECT x"}) {
    const std::string answer = co_await answer_to(server, wrong);
    INFO("'" << wrong << "'");
    CHECK(answer == how);
  }
  const std::string spaced = co_await answer_to(server, "CONNECT a b\n");
  CHECK(spaced == "! a name has no spaces\n");
  const std::string bell = co_await answer_to(server, "CONNECT a\ab\n");
  CHECK(bell == "! a name has no control characters\n");
  const std::string c1 = co_await answer_to(server,
                                            "CONNECT a\xC2\x9B"
                                            "b\n");
  CHECK(c1 == "! a name has no control characters\n");
  const std::string latin = co_await answer_to(server, "CONNECT \xE9\n");
  CHECK(latin == "! a name is UTF-8\n");
  const std::string none = co_await answer_to(server, "CONNECT \n");
  CHECK(none == "! a name is needed\n");
  witness.writer.write("x\n");
  const std::string next = co_await hear(witness);
  CHECK(next == "witness: x");  // and nothing of all that
  co_await chat::shut_down(server, *room, 1s);
}

RILL_IO_TEST_CASE("nothing is passed on that a terminal would obey", "[chat_room]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  rill::connection ada = co_await come_in(server, "ada");
  ada.writer.write(
      "a\x1b[2Jb\rc\td\x7f\xC2\x9B"
      "e\u202Ef\u2069g \u00E9\U0001F600\r\n");
  const std::string heard = co_await hear(ada);
  CHECK(heard == "ada: a?[2Jb?c d??e?f?g \u00E9\U0001F600");
  co_await chat::shut_down(server, *room, 1s);
}

RILL_IO_TEST_CASE("a line may be kept from its sender", "[chat_room]") {
  chat::room_options options = unhurried();
  options.echo = false;
  const auto room = std::make_shared<chat::chat_room>(options);
  rill::server server = co_await open_room(room);
  rill::connection ada = co_await come_in(server, "ada");
  rill::connection bob = co_await come_in(server, "bob");
  ada.writer.write("from ada\n");
  const std::string first = co_await hear(bob);
  CHECK(first == "ada: from ada");
  bob.writer.write("from bob\n");
  const std::string second = co_await hear(ada, 2);
  CHECK(second == "bob connected!\nbob: from bob\n");
  bob.writer.close();
  const std::string third = co_await hear(ada);
  CHECK(third == "bob has left the chat");
  co_await chat::shut_down(server, *room, 1s);
}

RILL_IO_TEST_CASE("a name that is taken is refused and the first user stays", "[chat_room]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  rill::connection first = co_await come_in(server, "ada");
  const std::string refused = co_await answer_to(server, "CONNECT ada\n");
  CHECK(refused == "! the name ada is taken\n");
  const std::string louder = co_await answer_to(server, "CONNECT ADA\n");
  CHECK(louder == "! the name ADA is taken\n");
  first.writer.write("still here\n");
  const std::string heard = co_await hear(first);
  CHECK(heard == "ada: still here");
  first.writer.close();
  const bool empty = co_await counts(*room, 0);
  CHECK(empty);
  rill::connection later = co_await knock(server, "CONNECT ada\n");
  const std::string welcome = co_await hear(later);
  CHECK(welcome == "Welcome! 1 user(s) are online!");
  co_await chat::shut_down(server, *room, 1s);
}

RILL_IO_TEST_CASE("who says nothing for too long is dropped and announced once", "[chat_room]") {
  const auto room = std::make_shared<chat::chat_room>(chat::room_options());
  rill::server server = co_await open_room(room);
  rill::connection anonymous = co_await knock(server, "CONN");
  rill::connection quiet = co_await come_in(server, "quiet");
  rill::connection lively = co_await come_in(server, "lively");
  const rill::time_point begun = rill::loop_clock::now();
  co_await rill::sleep(40s);
  lively.writer.write("I am here\n");
  quiet.writer.write("so am");  // no complete line
  const std::string dropped = co_await hear_out(quiet);
  CHECK(dropped ==
        "lively connected!\nlively: I am here\n! nothing was heard of you for too long; goodbye\n");
  const auto passed = rill::loop_clock::now() - begun;
  CHECK(passed >= 60s);
  CHECK(passed < 61s);
  const std::string farewell = co_await hear_out(anonymous);
  CHECK(rill::loop_clock::now() - begun < 61s);
  CHECK(farewell == "! nothing was heard of you for too long; goodbye\n");
  const std::string told = co_await hear(lively, 2);
  CHECK(told == "lively: I am here\nquiet has left the chat\n");
  const std::string rest = co_await hear_out(lively);
  CHECK(rest == "! nothing was heard of you for too long; goodbye\n");
  CHECK(rill::loop_clock::now() - begun >= 100s);
  co_await chat::shut_down(server, *room, 1s);
}

RILL_IO_TEST_CASE("a line that is too long is answered and its sender removed", "[chat_room]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  rill::connection witness = co_await come_in(server, "witness");
  rill::connection talker = co_await come_in(server, "talker");
  talker.writer.write(std::string(chat::longest_line, 'x') + "\n");
  rill::connection endless = co_await come_in(server, "endless");
  endless.writer.write(std::string(70'000, 'y') + "\nmore\n");
  const std::string answered = co_await hear_out(endless);
  CHECK(answered == "! a line has at most 65536 bytes; goodbye\n");
  const std::string arrived = co_await hear(witness);
  CHECK(arrived == "talker connected!");
  const std::string longest = co_await hear(witness);
  CHECK(longest == "talker: " + std::string(chat::longest_line, 'x'));
  const std::string told = co_await hear(witness, 2);
  CHECK(told == "endless connected!\nendless has left the chat\n");
  CHECK(room->stats().users == 2);
  co_await chat::shut_down(server, *room, 1s);
}

RILL_IO_TEST_CASE("a flood without a line end is cut off and its sender is told", "[chat_room]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  rill::connection flood = co_await come_in(server, "flood");
  flood.writer.write(std::string(3'000'000, 'y'));
  const std::string answered = co_await hear_out(flood);
  CHECK(answered == "! a line has at most 65536 bytes; goodbye\n");
  co_await chat::shut_down(server, *room, 1s);
}

RILL_IO_TEST_CASE("a line that is not UTF-8 is answered and goes to nobody", "[chat_room]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  rill::connection witness = co_await come_in(server, "witness");
  rill::connection other = co_await come_in(server, "other");
  other.writer.write("caf\xE9\ncaf\xC3\xA9\n");
  const std::string answered = co_await hear(other, 2);
  CHECK(answered == "! that was not UTF-8; not sent\nother: caf\xC3\xA9\n");
  const std::string heard = co_await hear(witness, 2);
  CHECK(heard == "other connected!\nother: caf\xC3\xA9\n");
  co_await chat::shut_down(server, *room, 1s);
}

RILL_IO_TEST_CASE("a client that ends its half still hears what was said before", "[chat_room]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  rill::connection witness = co_await come_in(server, "witness");
  rill::connection client = co_await knock(server, "CONNECT pipe\none\r\ntwo\nthe last");
  client.writer.write_eof();
  const std::string all = co_await hear_out(client);
  CHECK(all ==
        "Welcome! 2 user(s) are online!\npipe connected!\n"
        "pipe: one\npipe: two\npipe: the last\n");
  const std::string told = co_await hear(witness, 5);
  CHECK(told == "pipe connected!\npipe: one\npipe: two\npipe: the last\npipe has left the chat\n");
  CHECK(room->stats().users == 1);
  co_await chat::shut_down(server, *room, 1s);
}

RILL_IO_TEST_CASE("a client that resets its connection is announced once", "[chat_room]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  rill::connection witness = co_await come_in(server, "witness");
  rill::connection rude = co_await come_in(server, "rude");
  rude.writer.underlying_socket().set_reset_on_close();
  rude.writer.abort();
  const std::string told = co_await hear(witness, 2);
  CHECK(told == "rude connected!\nrude has left the chat\n");
  witness.writer.write("alone?\n");
  const std::string next = co_await hear(witness);
  CHECK(next == "witness: alone?");
  co_await chat::shut_down(server, *room, 1s);
}

RILL_IO_TEST_CASE("lines that trickle in by the byte are lines", "[chat_room]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  rill::connection slow = co_await knock(server, "");
  for (const char byte : std::string("CONNECT \xC3\xA9\r\nh\xC3\xA9\r\n")) {
    slow.writer.write(std::string(1, byte));
    co_await slow.writer.flush();
    co_await rill::sleep(1ms);
  }
  const std::string heard = co_await hear(slow, 3);
  CHECK(heard == "Welcome! 1 user(s) are online!\n\xC3\xA9 connected!\n\xC3\xA9: h\xC3\xA9\n");
  co_await chat::shut_down(server, *room, 1s);
}
