// SPDX-License-Identifier: BSL-1.0
//
// A client's session against the server, with a user by script. Time is virtual.
#include "chat/chat_session.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "examples/chat_people.hpp"
#include "rill/core/create_task.hpp"
#include "rill/loop/clock.hpp"
#include "rill/sync/event.hpp"
#include "rill/sync/queue.hpp"
#include "support/coroutine_case.hpp"

namespace {

using namespace std::chrono_literals;
using rill_test::come_in;
using rill_test::hear;
using rill_test::open_room;
using rill_test::unhurried;

/// A user who types what the test puts in, and remembers what is shown.
class scripted_user final : public chat::front_end {
 public:
  explicit scripted_user(bool interactive) : interactive_(interactive) {}

  bool interactive() const noexcept override { return interactive_; }
  void set_prompt(std::string prompt) override { prompts.push_back(std::move(prompt)); }
  rill::coro<std::optional<std::string>> next_line() override {
    std::optional<std::string> line = co_await typed.next();
    co_return std::move(line);
  }
  rill::coro<> show(std::vector<std::string> messages) override {
    if (looks_away) {
      throw std::system_error(std::make_error_code(std::errc::broken_pipe), "output");
    }
    for (std::string& message : messages) seen += message + "\n";
    co_return;
  }
  rill::coro<> attend() override { co_return; }
  rill::coro<> close() override { co_return; }

  rill::coro<bool> sees(std::string_view wanted) {
    for (int i = 0; i < 1000 && seen.find(wanted) == std::string::npos; ++i) {
      co_await rill::sleep(1ms);
    }
    co_return seen.find(wanted) != std::string::npos;
  }

  rill::queue<std::string> typed;
  std::vector<std::string> prompts;
  std::string seen;
  bool looks_away = false;  // nobody reads the output any more

 private:
  bool interactive_;
};

chat::session_settings settings_for(const rill::server& server, std::string name = {}) {
  chat::session_settings set;
  set.host = "127.0.0.1";
  set.port = server.port();
  set.name = std::move(name);
  return set;
}

}  // namespace

RILL_IO_TEST_CASE("a user is asked for a name, talks, and leaves", "[chat_session]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  rill::connection witness = co_await come_in(server, "witness");
  scripted_user user(true);
  auto running = rill::create_task(chat::run_session(user, settings_for(server)));
  user.typed.try_put("no good");
  user.typed.try_put("ada");
  user.typed.try_put("");
  user.typed.try_put("hello");
  const bool heard = co_await user.sees("ada: hello\n");
  CHECK(heard);
  user.typed.shutdown();
  const chat::session_outcome end = co_await running;
  CHECK(end.how == chat::session_end::input_ended);
  CHECK(user.prompts == std::vector<std::string>{"Enter username: ", ""});
  CHECK(user.seen ==
        "a name has no spaces\nWelcome! 2 user(s) are online!\nada connected!\nada: hello\n");
  const std::string told = co_await hear(witness, 3);
  CHECK(told == "ada connected!\nada: hello\nada has left the chat\n");
  co_await chat::shut_down(server, *room, 1s);
}

RILL_IO_TEST_CASE("through a pipe everything that was said is still heard", "[chat_session]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  scripted_user user(false);
  for (const char* const line : {"ada", "one", "", "two"}) user.typed.try_put(line);
  user.typed.shutdown();
  const rill::time_point begun = rill::loop_clock::now();
  const chat::session_outcome end = co_await chat::run_session(user, settings_for(server));
  CHECK(end.how == chat::session_end::input_ended);
  CHECK(rill::loop_clock::now() - begun < 5s);  // the server was told of the end
  CHECK(user.seen == "Welcome! 1 user(s) are online!\nada connected!\nada: one\nada: \nada: two\n");
  co_await chat::shut_down(server, *room, 1s);
}

RILL_IO_TEST_CASE("a session ends when nobody reads the output any more", "[chat_session]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  scripted_user user(false);
  auto running = rill::create_task(chat::run_session(user, settings_for(server, "ada")));
  const bool in = co_await user.sees("ada connected!");
  CHECK(in);
  user.looks_away = true;
  user.typed.try_put("hello");
  const chat::session_outcome end = co_await running;
  CHECK(end.how == chat::session_end::output_ended);
  co_await chat::shut_down(server, *room, 1s);
}

RILL_IO_TEST_CASE("a session ends when the server does", "[chat_session]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  scripted_user user(true);
  auto running = rill::create_task(chat::run_session(user, settings_for(server, "ada")));
  const bool in = co_await user.sees("ada connected!");
  CHECK(in);
  co_await chat::shut_down(server, *room, 1s);
  const chat::session_outcome end = co_await running;
  CHECK(end.how == chat::session_end::server_closed);
}

RILL_IO_TEST_CASE("a refusal is told", "[chat_session]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  rill::connection first = co_await come_in(server, "ada");
  scripted_user user(false);
  const chat::session_outcome end = co_await chat::run_session(user, settings_for(server, "ada"));
  CHECK(end.how == chat::session_end::refused);
  CHECK(end.reason == "the name ada is taken");
  CHECK(user.seen.empty());
  co_await chat::shut_down(server, *room, 1s);
}

RILL_IO_TEST_CASE("a person whose name is taken is asked again", "[chat_session]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  rill::connection first = co_await come_in(server, "ada");
  scripted_user user(true);
  auto running = rill::create_task(chat::run_session(user, settings_for(server, "ada")));
  const bool told = co_await user.sees("the name ada is taken\n");
  CHECK(told);
  user.typed.try_put("bob");
  const bool in = co_await user.sees("bob connected!\n");
  CHECK(in);
  user.typed.shutdown();
  const chat::session_outcome end = co_await running;
  CHECK(end.how == chat::session_end::input_ended);
  CHECK(user.prompts == std::vector<std::string>{"Enter username: ", ""});

  scripted_user weary(true);
  auto leaving = rill::create_task(chat::run_session(weary, settings_for(server, "ada")));
  const bool told_too = co_await weary.sees("the name ada is taken\n");
  CHECK(told_too);
  weary.typed.shutdown();
  const chat::session_outcome given_up = co_await leaving;
  CHECK(given_up.how == chat::session_end::refused);
  CHECK(given_up.reason == "the name ada is taken");
  co_await chat::shut_down(server, *room, 1s);
}

RILL_IO_TEST_CASE("without a server there is an error, without a name nothing", "[chat_session]") {
  const auto room = std::make_shared<chat::chat_room>(unhurried());
  rill::server server = co_await open_room(room);
  scripted_user silent(true);
  silent.typed.shutdown();
  const chat::session_outcome end = co_await chat::run_session(silent, settings_for(server));
  CHECK(end.how == chat::session_end::input_ended);
  CHECK(room->stats().connections == 0);
  co_await chat::shut_down(server, *room, 1s);
  scripted_user user(true);
  std::error_code code;
  try {
    co_await chat::run_session(user, settings_for(server, "ada"));
  } catch (const std::system_error& error) {
    code = error.code();
  }
  CHECK(code == std::errc::connection_refused);
}

RILL_IO_TEST_CASE("a server that never says goodbye is not waited for", "[chat_session]") {
  const auto mute = [](rill::stream_reader reader, rill::stream_writer writer) -> rill::coro<> {
    static_cast<void>(writer);
    while (auto line = co_await reader.next_line()) static_cast<void>(line);
    co_await rill::sleep(1h);
  };
  rill::server server = co_await rill::start_server(mute, "127.0.0.1", 0);
  scripted_user user(true);
  user.typed.shutdown();
  const rill::time_point begun = rill::loop_clock::now();
  const chat::session_outcome end = co_await chat::run_session(user, settings_for(server, "ada"));
  CHECK(end.how == chat::session_end::input_ended);
  CHECK(rill::loop_clock::now() - begun < 10s);
  co_await server.shutdown(0s);
}

RILL_IO_TEST_CASE("a server that stalls does not keep a person from typing", "[chat_session]") {
  rill::event awake;
  std::size_t heard = 0;
  std::string order;
  const auto sleepy = [&](rill::stream_reader reader, rill::stream_writer writer) -> rill::coro<> {
    static_cast<void>(writer);
    co_await awake.wait();
    const std::string greeting = co_await reader.readline();
    order += greeting;
    while (auto line = co_await reader.next_line()) {
      ++heard;
      order += line->substr(0, line->find(' ')) + " ";
    }
  };
  rill::server_options roomy;
  roomy.limit = 2 * chat::longest_line;
  rill::server server = co_await rill::start_server(sleepy, "127.0.0.1", 0, roomy);
  scripted_user user(true);
  auto running = rill::create_task(chat::run_session(user, settings_for(server, "ada")));
  const std::string notice = "(the server takes nothing now; that line was not sent)\n";
  std::size_t typed = 0;
  while (user.seen.empty() && typed < 1000) {
    user.typed.try_put(std::to_string(typed++) + " " + std::string(60'000, 'x'));
    co_await rill::sleep(1ms);
  }
  CHECK(user.seen == notice);
  user.typed.try_put("refused, too");
  const bool told = co_await user.sees(notice + notice);
  CHECK(told);
  awake.set();
  user.typed.shutdown();
  const chat::session_outcome end = co_await running;
  CHECK(end.how == chat::session_end::input_ended);
  CHECK(heard == typed - 1);
  std::string wanted = "CONNECT ada\n";
  for (std::size_t i = 0; i + 1 < typed; ++i) wanted += std::to_string(i) + " ";
  CHECK(order == wanted);
  co_await server.shutdown(0s);
}

RILL_IO_TEST_CASE("a server that resets has closed", "[chat_session]") {
  const auto rude = [](rill::stream_reader reader, rill::stream_writer writer) -> rill::coro<> {
    const std::string line = co_await reader.readline();
    co_await writer.write_all(line);
    co_await writer.flush();
    co_await rill::sleep(1s);
    writer.underlying_socket().set_reset_on_close();
    writer.abort();
  };
  rill::server server = co_await rill::start_server(rude, "127.0.0.1", 0);
  scripted_user user(true);
  const chat::session_outcome end = co_await chat::run_session(user, settings_for(server, "ada"));
  CHECK(end.how == chat::session_end::server_closed);
  CHECK(user.seen == "CONNECT ada\n");
  co_await server.shutdown(0s);
}
