// SPDX-License-Identifier: BSL-1.0
// What is opened and closed around a body: a connection, a file, tasks that are joined.
// Listings F 4.1, F 4.2-a, F 4.2-b, R5.2, R5.3.
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

/// Entering waits for a client, leaving closes the connection.
class accepted {
 public:
  explicit accepted(rill::socket& listener) : listener_(&listener) {}

  rill::coro<> open() {
    say("entering, waiting for a connection");
    connection_ = co_await listener_->accept();
    say("accepted a connection");
  }
  // Told how the body was left.
  rill::coro<> close(std::exception_ptr error) {
    say(error ? "exiting after an error" : "exiting");
    connection_.close();
    say("closed the connection");
    co_return;
  }

  rill::socket& connection() { return connection_; }

 private:
  rill::socket* listener_;
  rill::socket connection_;
};

rill::coro<> one_client() {
  rill::socket listener(rill::address_family::ipv4, rill::socket_type::stream);
  listener.bind(rill::socket_address::parse("127.0.0.1:0"));
  listener.listen();
  rill::socket client = co_await rill::connect_tcp(listener.local_address());
  co_await client.send_all("hello");
  const auto body = [](accepted& one) -> rill::coro<> {
    char room[16];
    const std::size_t got = co_await one.connection().recv(room);
    say("read: " + std::string(room, got));
  };
  co_await rill::with(accepted(listener), body);
}

/// A file that is written line by line. A real one would be written elsewhere than in the loop.
class word_file {
 public:
  explicit word_file(std::filesystem::path path) : path_(std::move(path)) {}

  rill::coro<> open() {
    file_.open(path_);
    if (!file_) throw std::runtime_error("cannot open " + path_.string());
    co_return;
  }
  rill::coro<> close() {
    co_await rill::sleep(1s);  // flushing may take its time, and is not cut short
    file_.close();
    say("the file is closed");
  }
  rill::coro<> write(std::string word, std::chrono::milliseconds takes) {
    co_await rill::sleep(takes);
    file_ << word << '\n';
  }

 private:
  std::filesystem::path path_;
  std::ofstream file_;
};

std::size_t lines_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::size_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
  }
  return count;
}

rill::coro<> nine_words() {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / "rill_cookbook_words.txt";
  const auto write_all = [](word_file& file) -> rill::coro<> {
    std::vector<rill::coro<>> writes;
    for (int i = 9; i > 0; --i) {
      writes.push_back(file.write("word " + std::to_string(i), std::chrono::milliseconds(100 * i)));
    }
    co_await rill::gather(std::move(writes));  // none is under way when the file is closed
  };
  co_await rill::with(word_file(path), write_all);
  say(std::to_string(lines_of(path)) + " lines");
  const auto fail = [](word_file& file) -> rill::coro<> {
    co_await file.write("one", 100ms);
    throw std::runtime_error("no more words");
  };
  try {
    co_await rill::with(word_file(path), fail);
  } catch (const std::runtime_error& error) {
    say(error.what());
  }
  std::filesystem::remove(path);
}

/// Coroutines that are scheduled in its scope start at once and are all awaited at its end.
class join_scope {
 public:
  void schedule(rill::coro<int> job) { jobs_.push_back(rill::create_task(std::move(job))); }
  rill::coro<> close() {
    auto results = co_await rill::gather(rill::return_exceptions, jobs_);
    std::string text;
    for (auto& each : results) {
      if (!text.empty()) text += ", ";
      text += each ? std::to_string(each.value()) : rill::describe_exception(each.error());
    }
    say("All scheduled coroutines have returned or thrown: [" + text + "]");
  }

 private:
  std::vector<rill::task<int>> jobs_;
};

rill::coro<int> answer_in(std::chrono::seconds time) {
  co_await rill::sleep(time);
  say("slept for " + std::to_string(time.count()) + " seconds");
  co_return 42;
}
rill::coro<int> fails() {
  co_await rill::sleep(1s);
  throw std::runtime_error("no answer");
}

rill::coro<> joined() {
  const auto three = [](join_scope& scope) -> rill::coro<> {
    for (int i = 0; i < 3; ++i) scope.schedule(answer_in(3s));
    co_return;
  };
  co_await rill::with(join_scope(), three);
  const auto with_an_error = [](join_scope& scope) -> rill::coro<> {
    scope.schedule(fails());
    scope.schedule(answer_in(2s));
    throw std::runtime_error("the body's error wins");
    co_return;
  };
  try {
    co_await rill::with(join_scope(), with_an_error);
  } catch (const std::runtime_error& error) {
    say(error.what());
  }
}

rill::coro<> recipe() {
  co_await one_client();
  co_await nine_words();
  co_await joined();
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
