// SPDX-License-Identifier: BSL-1.0
//
// Files that several tasks use, and how they are closed.
#include <array>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "rill/combinators/gather.hpp"
#include "rill/combinators/with.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/net/file.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"
#include "support/open_descriptors.hpp"
#include "support/socket_pair.hpp"
#include "support/temporary_folder.hpp"

namespace {

using rill::open_mode;
using rill_test::anew;
using rill_test::content_of;
using rill_test::must_throw;
using rill_test::pattern;
using rill_test::temporary_folder;

}  // namespace

RILL_IO_TEST_CASE("operations of several tasks take turns, in the order begun", "[file]") {
  const temporary_folder folder;
  rill::file both = co_await rill::open_file(folder.path("file"), anew | open_mode::read);
  std::vector<rill::task<>> writing;
  std::string expected;
  for (int i = 0; i < 20; ++i) {
    const std::string line = std::string(static_cast<std::size_t>(i * 500), 'a') + "\n";
    expected += line;
    const auto body = [](rill::file& to, std::string text) -> rill::coro<> {
      co_await to.write_all(text);
    };
    writing.push_back(rill::create_task(body, std::ref(both), line));
  }
  for (const auto& one : writing) co_await one;
  CHECK((content_of(folder.path("file")) == expected));
  co_await both.seek(0);
  std::array<char, 3> rooms[3];
  const auto counts =
      co_await rill::gather(both.read(rooms[0]), both.read(rooms[1]), both.read(rooms[2]));
  CHECK(std::get<0>(counts) + std::get<1>(counts) + std::get<2>(counts) == 9);
  CHECK(both.tell() == 9);
}

RILL_IO_TEST_CASE("reads and writes at a place need no turn", "[file]") {
  const temporary_folder folder;
  rill::file both = co_await rill::open_file(folder.path("file"), anew | open_mode::read);
  const std::string much = pattern(400'000);
  std::vector<rill::task<>> writing;
  for (std::size_t i = 0; i < 40; ++i) {
    const std::string_view piece = std::string_view(much).substr(i * 10'000, 10'000);
    writing.push_back(
        rill::create_task(both.write_at(piece, static_cast<std::int64_t>(i * 10'000))));
  }
  for (const auto& one : writing) co_await one;
  CHECK(both.tell() == 0);
  std::string room(400'000, '\0');
  const std::size_t count = co_await both.read_at(std::span<char>(room), 0);
  CHECK(count == room.size());
  CHECK((room == much));
  std::array<char, 8> end{};
  const std::size_t none = co_await both.read_at(end, 400'000);
  CHECK(none == 0);
}

RILL_IO_TEST_CASE("lines are right whatever is written elsewhere meanwhile", "[file]") {
  const temporary_folder folder;
  std::string text;
  for (int i = 0; i < 3000; ++i)
    text += "line number " + std::to_string(i) + " of many, and long\n";
  rill::file both = co_await rill::open_file(folder.path("file"), anew | open_mode::read);
  co_await both.write_all(text);
  co_await both.seek(0);
  const std::string same = text.substr(0, 5);
  std::string read;
  while (true) {
    // Begun together: the line may wait for its block while the place is written.
    auto writing = rill::create_task(both.write_at(same, 0));
    const std::string line = co_await both.readline();
    co_await writing;
    if (line.empty()) break;
    read += line;
  }
  CHECK((read == text));
}

RILL_IO_TEST_CASE("close waits for what is under way and lets nothing begin", "[file]") {
  const temporary_folder folder;
  const int before = rill_test::open_descriptors();
  rill::file to = co_await rill::open_file(folder.path("file"), anew);
  const std::string much = pattern(2'000'000);
  const rill::task<> first = rill::create_task(to.write_all(much));
  const rill::task<> second = rill::create_task(to.write_all("end"));
  co_await rill::yield();
  const rill::task<> closing = rill::create_task(to.close());
  const rill::task<> again = rill::create_task(to.close());
  co_await rill::yield();
  co_await must_throw<rill::usage_error>(to.write_all("late"));
  co_await closing;
  CHECK(first.done());
  CHECK(second.done());
  co_await again;
  CHECK((content_of(folder.path("file")) == much + "end"));
  CHECK(rill_test::open_descriptors() == before);
}

RILL_IO_TEST_CASE("a file that goes is closed behind its last operation", "[file]") {
  const temporary_folder folder;
  const int before = rill_test::open_descriptors();
  const std::string much = pattern(2'000'000);
  std::vector<rill::task<>> writing;
  {
    rill::file to = co_await rill::open_file(folder.path("file"), anew);
    writing.push_back(rill::create_task(to.write_all(much)));
    writing.push_back(rill::create_task(to.write_all("end")));
    co_await rill::yield();
    CHECK_THROWS_AS(to.release(), rill::usage_error);
  }
  for (const auto& one : writing) co_await one;
  CHECK((content_of(folder.path("file")) == much + "end"));
  CHECK(rill_test::open_descriptors() == before);
}

RILL_IO_TEST_CASE("a file is a resource of with()", "[file]") {
  const temporary_folder folder;
  const int before = rill_test::open_descriptors();
  const auto fill = [](rill::file& to) -> rill::coro<> {
    co_await to.write_all("inside");
    throw std::runtime_error("the body fails");
  };
  co_await must_throw<std::runtime_error>(
      rill::with(rill::open_file(folder.path("file"), anew), fill));
  CHECK(rill_test::open_descriptors() == before);
  CHECK(content_of(folder.path("file")) == "inside");
}
