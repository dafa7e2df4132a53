// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>

#include <stdexcept>
#include <string>
#include <system_error>

#include "base/system_calls.hpp"
#include "rill/net/file.hpp"
#include "rill/net/socket.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"
#include "support/open_descriptors.hpp"
#include "support/plain_pipe.hpp"
#include "support/temporary_folder.hpp"

namespace {

using rill::open_mode;
using rill_test::content_of;
using rill_test::must_throw;
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
    co_await made.write_all("new");
    CHECK(content_of(missing) == "new");
  }
  for (const open_mode senseless : {open_mode::create, open_mode::read | open_mode::create,
                                    open_mode::read | open_mode::truncate}) {
    co_await must_throw<std::invalid_argument>(rill::open_file(path, senseless));
  }
  const std::string zero("a\0b", 3);
  co_await must_throw<std::invalid_argument>(rill::open_file(zero));
}

RILL_IO_TEST_CASE("what is a stream is no file, and stays the caller's", "[file]") {
  rill::socket_pair();  // the system has opened now what it needs for sockets
  const int before = rill_test::open_descriptors();
  {
    const rill_test::plain_pipe pipe;
    CHECK_THROWS_AS(rill::file::adopt(pipe.read_end()), std::invalid_argument);
    CHECK_THROWS_AS(rill::file::adopt(pipe.write_end()), std::invalid_argument);
    const auto [one, other] = rill::socket_pair();
    CHECK_THROWS_AS(rill::file::adopt(one.native()), std::invalid_argument);
    CHECK(other);
    pipe.put("still here");
    CHECK(pipe.take() == "still here");
  }
  CHECK(rill_test::open_descriptors() == before);
  co_return;
}

RILL_IO_TEST_CASE("a handle is taken over and given up at its position", "[file]") {
  const rill::detail::system_call_table& calls = rill::detail::system_calls();
  const temporary_folder folder;
  const auto path = folder.make("file", "0123456789");
  const std::string name = path;
  const int number = calls.open(name.c_str(), O_RDONLY | O_CLOEXEC, 0);
  REQUIRE(number >= 0);
  char room[3];
  CHECK(calls.read(number, room, 3) == 3);
  rill::file from = rill::file::adopt(number);
  CHECK(from.tell() == 3);
  const std::string some = co_await from.read(2);
  CHECK(some == "34");
  co_await must_throw<rill::usage_error>(from.write_all("x"));
  CHECK(from.release() == number);
  CHECK(!from);
  CHECK(calls.read(number, room, 1) == 1);
  CHECK(room[0] == '5');
  CHECK(calls.close(number) == 0);
}
