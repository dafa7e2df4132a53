// SPDX-License-Identifier: BSL-1.0
#include "chat/chat_session.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "chat/chat_protocol.hpp"
#include "chat/outbox.hpp"
#include "chat/user_names.hpp"
#include "rill/combinators/race.hpp"
#include "rill/core/future.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/streams/connection.hpp"
#include "rill/streams/stream_errors.hpp"

namespace chat {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_unsent = 100;  // lines

/// The lines of a stream that comes in any pieces.
class line_splitter {
 public:
  std::vector<std::string> split(std::string_view bytes) {
    std::vector<std::string> lines;
    partial_ += bytes;
    std::size_t begun = 0;
    for (std::size_t end; (end = partial_.find('\n', begun)) != std::string::npos;) {
      lines.emplace_back(without_end(std::string_view(partial_).substr(begun, end + 1 - begun)));
      begun = end + 1;
    }
    partial_.erase(0, begun);
    // No server sends lines like that: shown in pieces.
    if (partial_.size() > 2 * longest_line) lines.push_back(std::exchange(partial_, {}));
    return lines;
  }

 private:
  std::string partial_;
};

class session {
 public:
  session(front_end& user, rill::connection& server) : user_(user), server_(server) {}

  /// Shows what the server sends, up to its end.
  rill::coro<> listen() {
    line_splitter lines;
    while (!output_ended_) {
      const std::string bytes = co_await hear();
      if (bytes.empty()) break;
      std::vector<std::string> heard = lines.split(bytes);
      if (heard.empty()) continue;
      note(heard.front());
      if (refusal_.empty()) co_await show(std::move(heard));
    }
  }

  /// Has sent what the user types. At its end the server is told, and may still send what it has.
  rill::coro<> speak() {
    while (auto line = co_await next_line()) {
      if (output_ended_) co_return;
      if (line->empty() && user_.interactive()) continue;
      if (line->size() > longest_line) {
        co_await tell("(that line was too long, and not sent)");
        continue;
      }
      const bool said = co_await say(*line + "\n");
      if (!said) co_await tell("(the server takes nothing now; that line was not sent)");
    }
    input_ended_ = true;
    box_.close();
    co_await rill::sleep(5s);
  }

  /// Sends what is in the outbox, up to its end.
  rill::coro<> send() {
    co_await box_.deliver(server_.writer);
    if (!server_.writer.is_closing()) server_.writer.write_eof();
    const rill::future<> for_ever = rill::create_future<>();
    co_await for_ever;
  }

  session_outcome outcome() const {
    session_outcome told;
    told.reason = refusal_;
    told.how = !refusal_.empty() ? session_end::refused
               : output_ended_   ? session_end::output_ended
               : input_ended_    ? session_end::input_ended
                                 : session_end::server_closed;
    return told;
  }

 private:
  /// Empty at the end.
  rill::coro<std::string> hear() {
    std::string bytes;
    try {
      bytes = co_await server_.reader.read(64 * 1024);
    } catch (const std::system_error&) {
      // A server that is killed may reset the connection: that is its end.
    }
    co_return std::move(bytes);
  }

  /// A person is never kept waiting: what a server that stalls does not take is refused. What comes
  /// out of a pipe waits there.
  rill::coro<bool> say(std::string line) {
    if (user_.interactive()) {
      co_return box_.offer(std::make_shared<const std::string>(std::move(line)));
    }
    bool lost = false;
    try {
      co_await server_.writer.write_all(line);
    } catch (const std::system_error&) {
      lost = true;
    }
    if (lost) co_await rill::sleep(5s);  // listen() learns that, too, and ends the session
    co_return true;
  }

  rill::coro<> tell(const char* text) {
    const std::vector<std::string> notices(1, text);
    co_await show(notices);
  }

  rill::coro<> show(std::vector<std::string> messages) {
    try {
      co_await user_.show(std::move(messages));
    } catch (const std::system_error& error) {
      if (error.code() != std::errc::broken_pipe) throw;
      output_ended_ = true;
    }
  }

  rill::coro<std::optional<std::string>> next_line() {
    std::optional<std::string> line;
    try {
      line = co_await user_.next_line();
    } catch (const rill::limit_overrun_error&) {
      line.emplace(longest_line + 1, ' ');  // to be refused
    }
    co_return std::move(line);
  }

  /// The first line is a welcome, or tells why there is none.
  void note(std::string_view line) {
    if (!std::exchange(first_, false) || !line.starts_with(notice_mark)) return;
    refusal_ = std::string(line.substr(notice_mark.size()));
  }

  front_end& user_;
  rill::connection& server_;
  outbox box_{most_unsent, std::chrono::nanoseconds::max()};
  std::string refusal_;
  bool first_ = true;
  bool input_ended_ = false;
  bool output_ended_ = false;
};

rill::coro<std::string> ask_name(front_end& user) {
  user.set_prompt("Enter username: ");
  std::string name;
  while (name.empty()) {
    const std::optional<std::string> line = co_await user.next_line();
    if (!line) break;
    const std::string problem = problem_of_name(*line);
    if (problem.empty()) {
      name = *line;
    } else if (user.interactive()) {
      const std::vector<std::string> told(1, problem);
      co_await user.show(told);
    } else {
      throw std::runtime_error(problem);
    }
  }
  user.set_prompt("");
  co_return std::move(name);
}

}  // namespace

rill::coro<session_outcome> run_session(front_end& user, session_settings set) {
  std::string name = std::move(set.name);
  session_outcome end;
  while (true) {
    if (name.empty()) name = co_await ask_name(user);
    if (name.empty()) co_return std::move(end);
    rill::connection server = co_await rill::open_connection(set.host, set.port);
    server.writer.write(write_greeting(name));
    session here(user, server);
    co_await rill::race(here.listen(), here.speak(), here.send());
    end = here.outcome();
    if (end.how != session_end::refused || !user.interactive()) co_return std::move(end);
    const std::vector<std::string> told(1, end.reason);
    co_await user.show(told);
    name.clear();
  }
}

}  // namespace chat
