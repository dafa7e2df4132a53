// SPDX-License-Identifier: BSL-1.0
#include "rill/net/file.hpp"

#include <array>
#include <cstddef>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"
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

RILL_IO_TEST_CASE("a file is written and read back", "[file]") {
  const temporary_folder folder;
  {
    rill::file to = co_await rill::open_file(folder.path("file"), anew);
    const std::size_t some = co_await to.write("first ");
    CHECK(some == 6);
    co_await to.write_all("second");
    CHECK(to.tell() == 12);
    co_await to.close();
  }
  rill::file from = co_await rill::open_file(folder.path("file"));
  const std::string start = co_await from.read(5);
  CHECK(start == "first");
  CHECK(from.tell() == 5);
  std::array<char, 64> room{};
  const std::size_t count = co_await from.read(room);
  CHECK(std::string(room.data(), count) == " second");
  const std::size_t end = co_await from.read(room);
  CHECK(end == 0);
  const std::string nothing = co_await from.read_all();
  CHECK(nothing.empty());
  const std::size_t none = co_await from.read(std::span<char>());
  CHECK(none == 0);
}

RILL_IO_TEST_CASE("files of any size are read whole", "[file]") {
  const temporary_folder folder;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{65'536},
                                 std::size_t{65'537}, std::size_t{3'000'000}}) {
    const std::string content = pattern(size);
    rill::file from = co_await rill::open_file(folder.make("file", content));
    const std::string all = co_await from.read_all();
    CHECK((all == content));
    CHECK(from.tell() == static_cast<std::int64_t>(size));
    co_await from.seek(0);
    const std::string part = co_await from.read(size / 2 + 1);
    CHECK((part == content.substr(0, size / 2 + 1)));
  }
}

RILL_IO_TEST_CASE("the position of a file moves from the start, from here, or from the end",
                  "[file]") {
  const temporary_folder folder;
  rill::file both = co_await rill::open_file(folder.make("file", "0123456789"),
                                             open_mode::read | open_mode::write);
  std::int64_t at = co_await both.seek(4);
  CHECK(at == 4);
  at = co_await both.seek(-2, rill::seek_from::current);
  CHECK(at == 2);
  at = co_await both.seek(-3, rill::seek_from::end);
  CHECK(at == 7);
  co_await both.write_all("xyz");
  at = co_await both.seek(2, rill::seek_from::end);
  CHECK(at == 12);
  co_await both.write_all("!");
  const std::int64_t size = co_await both.size();
  CHECK(size == 13);
  co_await must_throw<std::invalid_argument>(both.seek(-1));
  co_await must_throw<std::invalid_argument>(both.seek(-14, rill::seek_from::end));
  co_await must_throw<std::invalid_argument>(both.seek(INT64_MAX, rill::seek_from::end));
  CHECK(both.tell() == 13);
  CHECK(content_of(folder.path("file")) == std::string("0123456xyz\0\0!", 13));
}

RILL_IO_TEST_CASE("a file is read line by line", "[file]") {
  const temporary_folder folder;
  const std::string longer(200'000, 'l');
  rill::file from = co_await rill::open_file(folder.make("lines", "one\n\n" + longer + "\nlast"));
  std::vector<std::string> lines;
  while (auto line = co_await from.next_line()) lines.push_back(*line);
  CHECK((lines == std::vector<std::string>{"one\n", "\n", longer + "\n", "last"}));
  const std::string end = co_await from.readline();
  CHECK(end.empty());
  const auto none = co_await from.next_line();
  CHECK(!none);
  CHECK(from.tell() == 200'010);
}

RILL_IO_TEST_CASE("lines and other reads share the position", "[file]") {
  const temporary_folder folder;
  rill::file both = co_await rill::open_file(folder.make("lines", "one\ntwo\nthree\nfour\n"),
                                             open_mode::read | open_mode::write);
  std::string line = co_await both.readline();
  CHECK(line == "one\n");
  const std::string two = co_await both.read(2);
  CHECK(two == "tw");
  line = co_await both.readline();
  CHECK(line == "o\n");
  co_await both.write_all("THREE");
  line = co_await both.readline();
  CHECK(line == "\n");
  co_await both.seek(8);
  line = co_await both.readline();
  CHECK(line == "THREE\n");
  // Read ahead already, and changed by this object: read anew.
  co_await both.write_at("FOUR", 14);
  line = co_await both.readline();
  CHECK(line == "FOUR\n");
  co_await both.seek(0);
  co_await both.truncate(2);
  line = co_await both.readline();
  CHECK(line == "on");
  // The end is where it was when it was looked at: a file that grows goes on.
  std::ofstream(folder.path("lines"), std::ios::app | std::ios::binary) << "ward\n";
  line = co_await both.readline();
  CHECK(line == "ward\n");
}

RILL_IO_TEST_CASE("a line above the limit is an error and stays where it is", "[file]") {
  const temporary_folder folder;
  rill::file from =
      co_await rill::open_file(folder.make("lines", "short\n" + std::string(300'000, 'l') + "\n"));
  const std::string fits = co_await from.readline(6);
  CHECK(fits == "short\n");
  for (const std::size_t limit : {std::size_t{0}, std::size_t{1000}, std::size_t{300'000}}) {
    co_await must_throw<std::length_error>(from.readline(limit));
    CHECK(from.tell() == 6);
  }
  const std::string line = co_await from.readline(300'001);
  CHECK(line.size() == 300'001);
  rill::file endless = co_await rill::open_file("/dev/zero");
  co_await must_throw<std::length_error>(endless.readline(1 << 20));
}

RILL_IO_TEST_CASE("what is appended goes behind the end, wherever that is", "[file]") {
  const temporary_folder folder;
  const auto path = folder.make("log", "begin ");
  rill::file log = co_await rill::open_file(path, open_mode::append | open_mode::read);
  CHECK(log.tell() == 0);
  co_await log.write_all("one ");
  CHECK(log.tell() == 10);
  std::ofstream(path, std::ios::app) << "theirs ";
  co_await log.seek(0);
  co_await log.write_all("two");
  CHECK(log.tell() == 20);
  CHECK(content_of(path) == "begin one theirs two");
  co_await log.seek(6);
  const std::string rest = co_await log.read_all();
  CHECK(rest == "one theirs two");
  co_await must_throw<rill::usage_error>(log.write_at("x", 0));
}

RILL_IO_TEST_CASE("what is only appended to can be emptied and cut", "[file]") {
  const temporary_folder folder;
  const auto path = folder.make("log", "old lines");
  rill::file log = co_await rill::open_file(path, open_mode::append | open_mode::truncate);
  CHECK(content_of(path).empty());
  co_await log.write_all("new lines");
  co_await log.truncate(3);
  co_await log.write_all("!");
  CHECK(content_of(path) == "new!");
}

RILL_IO_TEST_CASE("misuse of a file is told", "[file]") {
  const temporary_folder folder;
  const auto path = folder.make("file", "content");
  rill::file from = co_await rill::open_file(path);
  rill::file to = co_await rill::open_file(path, open_mode::write);
  std::array<char, 8> room{};
  co_await must_throw<rill::usage_error>(from.write("x"));
  co_await must_throw<rill::usage_error>(from.write_all("x"));
  co_await must_throw<rill::usage_error>(from.write_at("x", 0));
  co_await must_throw<rill::usage_error>(from.truncate(0));
  co_await must_throw<rill::usage_error>(to.read(room));
  co_await must_throw<rill::usage_error>(to.read_all());
  co_await must_throw<rill::usage_error>(to.readline());
  co_await must_throw<rill::usage_error>(to.read_at(room, 0));
  co_await must_throw<std::invalid_argument>(from.read_at(room, -1));
  co_await must_throw<std::invalid_argument>(to.write_at("x", -1));
  co_await must_throw<std::invalid_argument>(to.truncate(-1));
  rill::file moved = std::move(from);
  CHECK(moved);
  CHECK(!from);
  CHECK_THROWS_AS(from.read_all(), rill::usage_error);
  CHECK_THROWS_AS(rill::file().tell(), rill::usage_error);
  co_await moved.close();
  co_await moved.close();
  CHECK(!moved);
  CHECK_THROWS_AS(moved.native(), rill::usage_error);
  co_await must_throw<rill::usage_error>(moved.read_all());
  CHECK(content_of(path) == "content");
}

RILL_IO_TEST_CASE("a file is cut, filled up, and brought to the disk", "[file]") {
  const temporary_folder folder;
  rill::file both = co_await rill::open_file(folder.make("file", "0123456789"),
                                             open_mode::read | open_mode::write);
  co_await both.seek(8);
  co_await both.truncate(4);
  co_await both.truncate(6);
  const std::int64_t size = co_await both.size();
  CHECK(size == 6);
  CHECK(both.tell() == 8);
  co_await both.sync();
  CHECK(content_of(folder.path("file")) == std::string("0123\0\0", 6));
  const std::string end = co_await both.read_all();
  CHECK(end.empty());
}
