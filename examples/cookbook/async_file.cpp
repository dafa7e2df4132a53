// SPDX-License-Identifier: BSL-1.0
// A file as a scope: operations begin at once and are all joined before it is closed, also when one
// of them fails. Listing R5.1.
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"

using cookbook::say;

namespace {

/// For with(). Writes take their turns in the order begun, so nobody races for the position.
class async_file {
 public:
  async_file(std::string path, rill::open_mode mode) : path_(std::move(path)), mode_(mode) {}

  rill::coro<> open() {
    rill::file opened = co_await rill::open_file(path_, mode_);
    file_ = std::move(opened);
  }
  // All that was begun has ended before the file is closed; then its first error is told.
  rill::coro<> close(std::exception_ptr error) {
    std::exception_ptr failure = error;
    for (const rill::task<>& one : begun_) {
      try {
        co_await one;
      } catch (...) {
        if (!failure) failure = std::current_exception();
      }
    }
    co_await file_.close();
    if (failure && !error) std::rethrow_exception(failure);
  }

  void write(std::string text) {
    begun_.push_back(rill::create_task(&write_all, std::ref(file_), std::move(text)));
  }
  void cut(std::int64_t size) { begun_.push_back(rill::create_task(file_.truncate(size))); }
  rill::file& underlying() { return file_; }

 private:
  static rill::coro<> write_all(rill::file& to, std::string text) { co_await to.write_all(text); }

  std::string path_;
  rill::open_mode mode_;
  rill::file file_;
  std::vector<rill::task<>> begun_;
};

constexpr rill::open_mode anew =
    rill::open_mode::write | rill::open_mode::create | rill::open_mode::truncate;

rill::coro<> write_words(async_file& to) {
  const char* const words[] = {"the",  "quick", "brown", "fox", "jumps",
                               "over", "the",   "lazy",  "dog"};
  for (const char* const word : words) to.write(std::string(word) + "\n");
  say("nine writes have begun");
  co_return;
}

rill::coro<> fail_among_others(async_file& to) {
  to.write("before\n");
  to.cut(-1);
  to.write("behind\n");
  co_return;
}

rill::coro<> read_lines(async_file& from) {
  while (auto line = co_await from.underlying().next_line()) {
    say(line->substr(0, line->size() - 1));
  }
}

rill::coro<> use(std::string path) {
  co_await rill::with(async_file(path, anew), write_words);
  co_await rill::with(async_file(path, rill::open_mode::read), read_lines);
  try {
    co_await rill::with(async_file(path, anew), fail_among_others);
  } catch (const std::invalid_argument& error) {
    say(error.what());
  }
  co_await rill::with(async_file(path, rill::open_mode::read), read_lines);
}

rill::coro<> recipe() {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("rill-async-file-" + cookbook::unique_name());
  co_await use(path.string());
  std::filesystem::remove(path);
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
