// SPDX-License-Identifier: BSL-1.0
#include "rill/net/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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

rill::coro<std::error_code> code_of_opening(std::string path, open_mode mode = open_mode::read) {
  std::error_code code;
  try {
    const rill::file opened = co_await rill::open_file(path, mode);
    CHECK(opened);
  } catch (const std::system_error& error) {
    code = error.code();
    CHECK_THAT(error.what(), Catch::Contains(path));
  }
  co_return code;
}

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
  std::ofstream(folder.path("lines"), std::ios::app) << "ward\n";
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

RILL_IO_TEST_CASE("files are opened as is said, or not at all", "[file]") {
  const temporary_folder folder;
  const auto path = folder.make("file", "content");
  const std::string missing = folder.path("missing").string();
  std::error_code code = co_await code_of_opening(missing);
  CHECK(code == std::errc::no_such_file_or_directory);
  code = co_await code_of_opening(missing, open_mode::write | open_mode::truncate);
  CHECK(code == std::errc::no_such_file_or_directory);
  code = co_await code_of_opening(path, open_mode::write | open_mode::exclusive);
  CHECK(code == std::errc::file_exists);
  code = co_await code_of_opening(folder.path("."));
  CHECK(code == std::errc::is_a_directory);
  code = co_await code_of_opening(folder.path("."), open_mode::write);
  CHECK(code == std::errc::is_a_directory);
  {
    rill::file kept = co_await rill::open_file(path, open_mode::write | open_mode::create);
    co_await kept.write_all("CON");
    CHECK(content_of(path) == "CONtent");
    rill::file made =
        co_await rill::open_file(missing, open_mode::write | open_mode::exclusive, 0640);
    struct stat status{};
    CHECK(::fstat(static_cast<int>(made.native()), &status) == 0);
    CHECK((status.st_mode & 0777 & ~0640U) == 0);
    CHECK((::fcntl(static_cast<int>(made.native()), F_GETFD) & FD_CLOEXEC) != 0);
  }
  for (const open_mode senseless : {open_mode::create, open_mode::read | open_mode::create,
                                    open_mode::read | open_mode::truncate}) {
    co_await must_throw<std::invalid_argument>(rill::open_file(path, senseless));
  }
  const std::string zero("a\0b", 3);
  co_await must_throw<std::invalid_argument>(rill::open_file(zero));
}

RILL_IO_TEST_CASE("what is a stream is refused at once, and devices are files", "[file]") {
  const temporary_folder folder;
  const std::string pipe = folder.path("pipe").string();
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const int before = rill_test::open_descriptors();
  co_await must_throw<std::invalid_argument>(rill::open_file(pipe));
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  CHECK_THROWS_AS(rill::file::adopt(ends[0]), std::invalid_argument);
  ::close(ends[0]);
  ::close(ends[1]);
  CHECK(rill_test::open_descriptors() == before);
  rill::file zeros = co_await rill::open_file("/dev/zero");
  const std::string some = co_await zeros.read(100);
  CHECK(some == std::string(100, '\0'));
  rill::file nothing = co_await rill::open_file("/dev/null", open_mode::write | open_mode::read);
  co_await nothing.write_all(pattern(100'000));
  const std::string none = co_await nothing.read_all();
  CHECK(none.empty());
}

RILL_IO_TEST_CASE("a handle is taken over and given up at its position", "[file]") {
  const temporary_folder folder;
  const auto path = folder.make("file", "0123456789");
  const int number = ::open(path.c_str(), O_RDONLY);
  CHECK(::lseek(number, 3, SEEK_SET) == 3);
  rill::file from = rill::file::adopt(number);
  CHECK(from.tell() == 3);
  const std::string some = co_await from.read(2);
  CHECK(some == "34");
  co_await must_throw<rill::usage_error>(from.write_all("x"));
  CHECK(from.release() == number);
  CHECK(!from);
  CHECK(::lseek(number, 0, SEEK_CUR) == 5);
  ::close(number);
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
