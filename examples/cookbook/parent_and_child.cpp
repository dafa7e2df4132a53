// SPDX-License-Identifier: BSL-1.0
// Two sides that greet each other, by TCP and by a Unix socket: the parent listens first, and only
// then starts the child; each message ends with a newline, as one read is not one message. Here the
// child is a task. Listings R6.3a, R6.3b.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <system_error>
#include <utility>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

std::string without_end(std::string line) {
  if (line.ends_with('\n')) line.pop_back();
  return line;
}

rill::coro<> greet(rill::stream_reader reader, rill::stream_writer writer) {
  say("parent: Handler started");
  co_await writer.write_all("Hi there!\n");
  const std::string answer = co_await reader.readline();
  say("parent: " + without_end(answer));
  // Both halves are closed when the handler ends.
}

rill::coro<> child(rill::coro<rill::connection> opening) {
  auto [reader, writer] = co_await std::move(opening);
  const std::string greeting = co_await reader.readline();
  say("child:  " + without_end(greeting));
  co_await rill::sleep(1s);
  co_await writer.write_all("Hi yourself!\n");
  writer.close();
  co_await writer.wait_closed();
}

rill::coro<> by_tcp() {
  rill::server server = co_await rill::start_server(greet, "127.0.0.1", 0);
  auto started = rill::create_task(child(rill::open_connection("127.0.0.1", server.port())));
  co_await started;
  server.close();
  co_await server.wait_closed();
}

bool is_there(const std::string& path) { return std::filesystem::exists(path); }

rill::coro<> by_unix_socket(std::string path) {
  rill::server server = co_await rill::start_unix_server(greet, path);
  auto started = rill::create_task(child(rill::open_unix_connection(path)));
  co_await started;
  co_await rill::sleep(1s);
  // In use: nobody pushes a server aside that lives.
  try {
    co_await rill::start_unix_server(greet, path);
  } catch (const std::system_error& error) {
    say("a second server: " + error.code().message());
  }
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);  // for this user alone
  say(is_there(path) ? "the file is there" : "no file?");
  server.close();
  co_await server.wait_closed();
  say(is_there(path) ? "a file is left" : "and goes with the server");
}

/// What a server leaves behind that had no time to clean up.
rill::coro<> die_on(std::string path) {
  rill::server_options options;
  options.cleanup_socket = false;
  rill::server server = co_await rill::start_unix_server(greet, path, options);
  server.close();
  say(is_there(path) ? "a dead server's file is in the way" : "no file?");
}

rill::coro<> recipe(std::string path) {
  say("-- by TCP");
  co_await by_tcp();
  say("-- by a Unix socket");
  co_await die_on(path);
  co_await by_unix_socket(path);
  say("-- until Ctrl-C");
  rill::server server = co_await rill::start_unix_server(greet, path);
  rill::event_loop::running().call_later(1s, [] { std::raise(SIGINT); });
  co_await server.serve_forever();
}

}  // namespace

int main(int count, char** arguments) {
  cookbook::timing time(count, arguments);
  const std::string name = "rill-cookbook-" + std::to_string(std::random_device()()) + ".socket";
  const std::string path = (std::filesystem::temp_directory_path() / name).string();
  try {
    rill::run(cookbook::begin(recipe(path)), time.options());
  } catch (const rill::interrupted_error&) {
    std::printf("Stopped..\n%s\n", is_there(path) ? "and a file is left" : "and no file is left");
  }
}
