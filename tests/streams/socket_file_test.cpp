// SPDX-License-Identifier: BSL-1.0
//
// Servers and clients on Unix sockets, and the files of those.
#include "net/socket_file.hpp"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "rill/loop/sleep.hpp"
#include "rill/net/socket.hpp"
#include "rill/streams/connection.hpp"
#include "rill/streams/server.hpp"
#include "support/coroutine_case.hpp"

namespace {

namespace fs = std::filesystem;
using rill::coro;

coro<> echo_lines(rill::stream_reader reader, rill::stream_writer writer) {
  while (auto line = co_await reader.next_line()) co_await writer.write_all(*line);
}

/// A folder that goes with its owner.
class scratch_folder {
 public:
  scratch_folder() {
    static int count = 0;
    folder_ = fs::temp_directory_path() /
              ("rill_unix_" + std::to_string(::getpid()) + "_" + std::to_string(++count));
    fs::create_directory(folder_);
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  std::string file(const char* name) const { return (folder_ / name).string(); }

 private:
  fs::path folder_;
};

/// Leaves the file of a socket behind, as a server that was killed does.
void leave_stale(const std::string& path) {
  rill::socket listener(rill::address_family::unix_socket, rill::socket_type::stream);
  listener.bind(rill::socket_address::unix_path(path));
  listener.listen();
}

coro<std::string> ask(std::string path) {
  rill::connection client = co_await rill::open_unix_connection(std::move(path));
  co_await client.writer.write_all("hello\n");
  co_return co_await client.reader.readline();
}

coro<std::error_code> error_of(coro<rill::server> starting) {
  std::error_code code;
  try {
    const rill::server server = co_await std::move(starting);
    static_cast<void>(server);
  } catch (const std::system_error& error) {
    code = error.code();
  }
  co_return code;
}

}  // namespace

RILL_IO_TEST_CASE("a server on a Unix socket serves, and removes its file when it is closed",
                  "[socket_file]") {
  const scratch_folder folder;
  const std::string path = folder.file("server");
  rill::server server = co_await rill::start_unix_server(&echo_lines, path);
  CHECK(fs::is_socket(path));
  CHECK(server.addresses().front() == rill::socket_address::unix_path(path));
  const std::string answer = co_await ask(path);
  CHECK(answer == "hello\n");
  server.close();
  CHECK_FALSE(fs::exists(path));
  co_await server.wait_closed();
}

RILL_IO_TEST_CASE("a file that a dead server has left is taken over", "[socket_file]") {
  const scratch_folder folder;
  const std::string path = folder.file("server");
  leave_stale(path);
  CHECK(fs::is_socket(path));
  rill::server server = co_await rill::start_unix_server(&echo_lines, path);
  const std::string answer = co_await ask(path);
  CHECK(answer == "hello\n");
}

RILL_IO_TEST_CASE("a server that lives is not pushed aside", "[socket_file]") {
  const scratch_folder folder;
  const std::string path = folder.file("server");
  rill::server first = co_await rill::start_unix_server(&echo_lines, path);
  const std::error_code code = co_await error_of(rill::start_unix_server(&echo_lines, path));
  CHECK(code == std::errc::address_in_use);
  const std::string answer = co_await ask(path);
  CHECK(answer == "hello\n");
}

RILL_IO_TEST_CASE("what is no socket is left alone", "[socket_file]") {
  const scratch_folder folder;
  const std::string path = folder.file("text");
  std::ofstream(path) << "precious";
  const std::error_code code = co_await error_of(rill::start_unix_server(&echo_lines, path));
  CHECK(code == std::errc::address_in_use);
  CHECK(fs::file_size(path) == 8);
  const std::string link = folder.file("link");
  const std::string target = folder.file("target");
  leave_stale(target);
  fs::create_symlink(target, link);
  const std::error_code linked = co_await error_of(rill::start_unix_server(&echo_lines, link));
  CHECK(linked == std::errc::address_in_use);
  CHECK(fs::is_socket(target));
}

RILL_IO_TEST_CASE("a file that has taken the place of the server's own is left alone",
                  "[socket_file]") {
  const scratch_folder folder;
  const std::string path = folder.file("server");
  rill::server first = co_await rill::start_unix_server(&echo_lines, path);
  fs::rename(path, folder.file("moved"));
  rill::server second = co_await rill::start_unix_server(&echo_lines, path);
  first.close();
  CHECK(fs::is_socket(path));
  const std::string answer = co_await ask(path);
  CHECK(answer == "hello\n");
}

RILL_IO_TEST_CASE("without cleaning up, files stay, and stale ones are in the way",
                  "[socket_file]") {
  const scratch_folder folder;
  const std::string path = folder.file("server");
  rill::server_options keep;
  keep.cleanup_socket = false;
  {
    rill::server server = co_await rill::start_unix_server(&echo_lines, path, keep);
    server.close();
    CHECK(fs::is_socket(path));
  }
  const std::error_code code = co_await error_of(rill::start_unix_server(&echo_lines, path, keep));
  CHECK(code == std::errc::address_in_use);
}

RILL_IO_TEST_CASE("the file goes with a server that is dropped, and with its loop",
                  "[socket_file]") {
  const scratch_folder folder;
  const std::string path = folder.file("server");
  {
    const rill::server server = co_await rill::start_unix_server(&echo_lines, path);
    CHECK(fs::is_socket(path));
  }
  CHECK_FALSE(fs::exists(path));
}

RILL_IO_TEST_CASE("an abstract name has no file", "[socket_file]") {
  const std::string name = "rill-test-" + std::to_string(::getpid());
  rill::server server =
      co_await rill::start_server(&echo_lines, rill::socket_address::unix_abstract(name));
  rill::connection client =
      co_await rill::open_connection(rill::socket_address::unix_abstract(name));
  co_await client.writer.write_all("hello\n");
  const std::string answer = co_await client.reader.readline();
  CHECK(answer == "hello\n");
}

RILL_IO_TEST_CASE("a path that is none is refused", "[socket_file]") {
  CHECK_THROWS_AS(rill::open_unix_connection(""), std::invalid_argument);
  CHECK_THROWS_AS(rill::start_unix_server(&echo_lines, std::string(200, 'x')),
                  std::invalid_argument);
  co_return;
}
