// SPDX-License-Identifier: BSL-1.0
//
// Files as POSIX has them: FIFOs, devices, permissions.
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
using rill_test::must_throw;
using rill_test::pattern;
using rill_test::temporary_folder;

}  // namespace

RILL_IO_TEST_CASE("a file that is made has the permissions asked for, and is not inherited",
                  "[file]") {
  const temporary_folder folder;
  const std::string path = folder.path("file").string();
  rill::file made = co_await rill::open_file(path, open_mode::write | open_mode::exclusive, 0640);
  struct stat status{};
  CHECK(::fstat(static_cast<int>(made.native()), &status) == 0);
  CHECK((status.st_mode & 0777 & ~0640U) == 0);
  CHECK((::fcntl(static_cast<int>(made.native()), F_GETFD) & FD_CLOEXEC) != 0);
}

RILL_IO_TEST_CASE("a FIFO is refused at once, and devices are files", "[file]") {
  const temporary_folder folder;
  const std::string pipe = folder.path("pipe").string();
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const int before = rill_test::open_descriptors();
  co_await must_throw<std::invalid_argument>(rill::open_file(pipe));
  CHECK(rill_test::open_descriptors() == before);
  rill::file zeros = co_await rill::open_file("/dev/zero");
  const std::string some = co_await zeros.read(100);
  CHECK(some == std::string(100, '\0'));
  rill::file nothing = co_await rill::open_file("/dev/null", open_mode::write | open_mode::read);
  co_await nothing.write_all(pattern(100'000));
  const std::string none = co_await nothing.read_all();
  CHECK(none.empty());
}

RILL_IO_TEST_CASE("a full disk is an error with the name of the file", "[file]") {
  rill::file full = co_await rill::open_file("/dev/full", open_mode::write);
  std::string what;
  try {
    co_await full.write_all("something");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::no_space_on_device);
    what = error.what();
  }
  CHECK_THAT(what, Catch::Contains("'/dev/full'"));
  CHECK(full.tell() == 0);
}
