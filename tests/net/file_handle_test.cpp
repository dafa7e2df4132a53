// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <system_error>

#include "rill/net/file.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"
#include "support/open_descriptors.hpp"
#include "support/socket_pair.hpp"
#include "support/temporary_folder.hpp"

namespace {

using rill::open_mode;
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
