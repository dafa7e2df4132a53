// SPDX-License-Identifier: BSL-1.0
//
// The chat's client at a terminal, against the server, each in a process of its own and in real
// time.
#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "examples/program_under_test.hpp"
#include "support/coroutine_case.hpp"

namespace {

using rill_test::blocking_client;
using rill_test::chat_server_process;
using rill_test::program_at_terminal;

chat_server_process start_server() {
  return {RILL_CHAT_SERVER, std::string(rill_test::current_backend())};
}

std::vector<std::string> client_of(int port, std::vector<std::string> more = {}) {
  std::vector<std::string> words{RILL_CHAT_CLIENT, "--port", std::to_string(port), "--backend",
                                 std::string(rill_test::current_backend())};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

RILL_REACTOR_TEST_CASE("a draft is kept while messages arrive", "[chat_client]") {
  const chat_server_process server = start_server();
  program_at_terminal client(client_of(server.port()));
  REQUIRE(client.shows("Enter username:"));
  CHECK(client.screen().row(23) == "Enter username:");
  CHECK(client.terminal().is_in_character_mode());
  client.type("ad\xC3\xA9\n");
  REQUIRE(client.shows("ad\u00E9 connected!"));
  CHECK(client.screen().row(0) == "Welcome! 1 user(s) are online!");
  client.type("half a dr");
  REQUIRE(client.shows("half a dr"));
  const blocking_client other(server.port());
  other.say("CONNECT bob\n");
  for (int i = 1; i <= 30; ++i) other.say("message " + std::to_string(i) + "\n");
  REQUIRE(client.shows("bob: message 30"));
  CHECK(client.screen().row(0) == "bob: message 8");
  CHECK(client.screen().row(22) == "bob: message 30");
  CHECK(client.screen().row(23) == "half a dr");
  CHECK(client.screen().cursor_column() == 9);
  client.type("aft\x01Not \n");
  REQUIRE(client.shows("ad\u00E9: Not half a draft"));
  CHECK(client.screen().row(23) == "");
  client.type("\x1b[A");
  REQUIRE(client.shows("draft\nNot half a draft"));
  client.type("\x15\x04");
  CHECK(client.wait() == 0);
  CHECK(client.screen().unknown() == 0);
  CHECK(client.terminal().is_ordinary());
  CHECK(client.sent().ends_with("\x1b[2K"));
}

RILL_REACTOR_TEST_CASE("Ctrl-C and signals end the client and restore the terminal",
                       "[chat_client]") {
  const chat_server_process server = start_server();
  program_at_terminal first(client_of(server.port(), {"--name", "ada"}));
  REQUIRE(first.shows("ada connected!"));
  first.type("typed\x03");
  CHECK(first.wait() == 128 + SIGINT);
  CHECK(first.terminal().is_ordinary());
  for (const int number : {SIGTERM, SIGHUP}) {
    program_at_terminal client(client_of(server.port(), {"--name", "bob"}));
    REQUIRE(client.shows("bob connected!"));
    client.signal(number);
    CHECK(client.wait() == 128 + number);
    CHECK(client.terminal().is_ordinary());
  }
}

RILL_REACTOR_TEST_CASE("the end of the server is told, however it comes", "[chat_client]") {
  for (const int number : {SIGTERM, SIGKILL}) {
    chat_server_process server = start_server();
    program_at_terminal client(client_of(server.port(), {"--name", "ada"}));
    REQUIRE(client.shows("ada connected!"));
    client.type("half a draft");
    REQUIRE(client.shows("half a draft"));
    server.end(number);
    CHECK(client.wait() == 0);
    CHECK(client.screen().shows("\nServer closed connection.\n"));  // and no draft
    CHECK(client.terminal().is_ordinary());
  }
}

RILL_REACTOR_TEST_CASE("a client that is refused says why and restores the terminal",
                       "[chat_client]") {
  chat_server_process server = start_server();
  const blocking_client other(server.port());
  other.say("CONNECT bob\n");
  program_at_terminal witness(client_of(server.port(), {"--name", "witness"}));
  REQUIRE(witness.shows("witness connected!"));  // bob is in before
  program_at_terminal second(client_of(server.port()));
  REQUIRE(second.shows("Enter username:"));
  second.type("b b\n");
  REQUIRE(second.shows("a name has no spaces"));
  second.type("bob\n");
  REQUIRE(second.shows("the name bob is taken"));
  REQUIRE(second.shows("Enter username:"));
  second.type("\x04");
  CHECK(second.wait() == 1);
  CHECK(second.screen().shows("chat_client: the name bob is taken"));
  CHECK(second.terminal().is_ordinary());
  server.end(SIGTERM);  // killed, io_uring lets go of the port some time later
  program_at_terminal late(client_of(server.port(), {"--name", "ada"}));
  CHECK(late.wait() == 1);
  CHECK(late.screen().shows("refused"));
  CHECK(late.terminal().is_ordinary());
}

RILL_REACTOR_TEST_CASE("the client follows the size of its window", "[chat_client]") {
  const chat_server_process server = start_server();
  program_at_terminal client(client_of(server.port(), {"--name", "ada"}));
  REQUIRE(client.shows("ada connected!"));
  client.type("half a draft");
  REQUIRE(client.shows("half a draft"));
  client.resize(30, 5);
  REQUIRE(client.shows("Welcome! 1 user(s) are online!\nada connected!\n\n\nhalf a draft"));
  client.type("\x04\x15\x04");
  CHECK(client.wait() == 0);
}

RILL_REACTOR_TEST_CASE("a client that was suspended draws everything again", "[chat_client]") {
  const chat_server_process server = start_server();
  program_at_terminal client(client_of(server.port(), {"--name", "ada"}));
  REQUIRE(client.shows("ada connected!"));
  client.type("half a draft");
  REQUIRE(client.shows("half a draft"));
  client.type("\x1a");
  client.wait_for("[stopped]");
  CHECK(client.terminal().is_ordinary());
  client.go_on();
  REQUIRE(client.shows("half a draft"));
  CHECK(client.screen().row(1) == "ada connected!");
  CHECK(client.screen().row(23) == "half a draft");
  CHECK(client.terminal().is_in_character_mode());
  client.type("!\n");
  REQUIRE(client.shows("ada: half a draft!"));
  client.type("\x04");
  CHECK(client.wait() == 0);
}

RILL_REACTOR_TEST_CASE("a paste neither ends the client nor is sent in part", "[chat_client]") {
  const chat_server_process server = start_server();
  program_at_terminal client(client_of(server.port(), {"--name", "ada"}));
  REQUIRE(client.shows("ada connected!"));
  client.type(
      "\x1b[200~a\x03"
      "b\x1a"
      "c\x1c"
      "d\x1b[201~");
  REQUIRE(client.shows("\nabcd"));
  client.type("\n");
  REQUIRE(client.shows("ada: abcd"));
  client.type("\x1b[200~" + std::string(65'530, 'x') + "last!!\x1b[201~\n");
  REQUIRE(client.shows("xlast!!\n"));
  CHECK(client.screen().row(23) == "");
  client.type("draft\x1b[200~" + std::string(65'536, 'x') + "\x1b[201~");
  REQUIRE(client.shows("(that paste was too long, and left out)"));
  CHECK(client.screen().row(23) == "draft");
  client.type("\x1c");
  CHECK(client.wait() == 128 + SIGQUIT);
  CHECK(client.terminal().is_ordinary());
}

RILL_REACTOR_TEST_CASE("Ctrl-C ends a client that still waits for its server", "[chat_client]") {
  const rill_test::deaf_server server;
  program_at_terminal client(client_of(server.port(), {"--name", "ada"}));
  client.wait_for("\x1b[?2004h");
  client.type("half a draft");
  REQUIRE(client.shows("half a draft"));
  client.type("\x03");
  CHECK(client.wait() == 128 + SIGINT);
  CHECK(client.terminal().is_ordinary());
}

TEST_CASE("a line is untouched by the delays that begin and end above it", "[delays]") {
  program_at_terminal delays({RILL_DELAYS, "--scale", "0"});
  delays.type("half a dr\x15");
  for (int i = 0; i < 15; ++i) {
    delays.type("0\n");
    delays.wait_for("Finished delay 0");
  }
  delays.type("ten\n");
  REQUIRE(delays.shows("not a number of seconds: ten"));
  delays.type("half a draft");
  REQUIRE(delays.shows("half a draft"));
  CHECK(delays.screen().row(0) == "Starting delay 0");  // the ninth message
  CHECK(delays.screen().row(22) == "not a number of seconds: ten");
  CHECK(delays.screen().row(23) == "half a draft");
  int redraws = 0;
  for (std::size_t at = 0; (at = delays.sent().find("\x1b"
                                                    "7",
                                                    at)) != std::string::npos;
       ++at) {
    ++redraws;
  }
  CHECK(redraws == 1 + 31);  // the screen at first, and once for each message
  delays.type("\x15\x04");
  CHECK(delays.wait() == 0);
  CHECK(delays.terminal().is_ordinary());
}

TEST_CASE("delays that are under way are left behind with the keyboard", "[delays]") {
  program_at_terminal delays({RILL_DELAYS});
  delays.type("100\n");
  REQUIRE(delays.shows("Starting delay 100"));
  delays.type("\x04");
  CHECK(delays.wait() == 0);
}

TEST_CASE("the editor alone stands on the last row and follows it", "[editing]") {
  program_at_terminal editing({RILL_EDITING});
  REQUIRE(editing.shows(">"));
  CHECK(editing.screen().row(23) == ">");
  CHECK(editing.terminal().is_in_character_mode());
  editing.type("ab\x7f\x7f\x7fxyz\x7f!\n");
  REQUIRE(editing.shows("xy!\n>"));
  CHECK(editing.screen().row(22) == "xy!");
  editing.type("caf\xC3\xA9\xC3\xA9\x7f");
  REQUIRE(editing.shows("> caf\u00E9"));
  editing.resize(40, 6);
  REQUIRE(editing.shows("> caf\u00E9"));
  CHECK(editing.screen().row(5) == "> caf\u00E9");
  editing.type("\x15\x04");
  CHECK(editing.wait() == 0);
  CHECK(editing.terminal().is_ordinary());
  CHECK(editing.screen().unknown() == 0);
}

TEST_CASE("Ctrl-C ends the editor alone", "[editing]") {
  program_at_terminal editing({RILL_EDITING});
  REQUIRE(editing.shows(">"));
  editing.type("half a line\x03");
  CHECK(editing.wait() == 130);
  CHECK(editing.terminal().is_ordinary());
}
