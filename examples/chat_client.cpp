// SPDX-License-Identifier: BSL-1.0
// The chat server's client. On a terminal, messages scroll above the line that is typed; through a
// pipe, lines go in and messages come out. The first line is the name, unless --name tells it.
// Listings F 8.14, N24.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "chat/chat_session.hpp"
#include "chat/front_end.hpp"
#include "chat/user_names.hpp"
#include "rill/rill.hpp"
#include "support/backend_names.hpp"
#include "support/command_line.hpp"

namespace {

constexpr std::string_view usage =
    "usage: chat_client [--host HOST] [--port PORT] [--name NAME] [--backend NAME]\n"
    "  --host HOST     where the server is: an address or a name (127.0.0.1)\n"
    "  --port PORT     its port (8000)\n"
    "  --name NAME     who you are; otherwise you are asked\n"
    "  --backend NAME  BACKENDS or auto (auto)\n"
    "  Ctrl-D on an empty line, or the end of the input, ends it.";

rill::coro<int> converse(chat::session_settings set) {
  const std::unique_ptr<chat::front_end> user = co_await chat::open_front_end();
  chat::session_outcome end;
  std::exception_ptr error;
  const auto talk = [&]() -> rill::coro<> {
    end = co_await chat::run_session(*user, std::move(set));
  };
  try {
    co_await rill::race(talk(), user->attend());
  } catch (...) {
    error = std::current_exception();
  }
  co_await user->close();  // before anything is said about the end
  if (error) std::rethrow_exception(error);
  if (end.how == chat::session_end::refused) {
    std::fprintf(stderr, "chat_client: %s\n", end.reason.c_str());
    co_return 1;
  }
  if (end.how == chat::session_end::server_closed) std::puts("Server closed connection.");
  co_return 0;
}

}  // namespace

int main(int count, char** arguments) {
  examples::command_line command(count, arguments, examples::with_backends(usage));
  chat::session_settings set;
  set.host = command.text("--host", "127.0.0.1");
  set.port = static_cast<std::uint16_t>(command.whole_number("--port", 8000, 1, 65535));
  set.name = command.text("--name", "");
  const std::string backend = command.text("--backend", "");
  command.done();
  if (!set.name.empty()) {
    const std::string problem = chat::problem_of_name(set.name);
    if (!problem.empty()) command.fail(problem);
  }
  chat::treat_signals_as_interrupts();
  try {
    return rill::run(converse(std::move(set)), {.backend = backend});
  } catch (const rill::interrupted_error&) {
    return chat::interrupted_status();
  } catch (const std::invalid_argument& error) {
    command.fail(error.what());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "chat_client: %s\n", error.what());
    return 1;
  }
}
