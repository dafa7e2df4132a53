// SPDX-License-Identifier: BSL-1.0
//
// Files that the system itself sends over sockets, and what it says of them.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <system_error>

#include "base/system_calls.hpp"
#include "net/file_slices.hpp"
#include "rill/core/create_task.hpp"
#include "rill/net/file.hpp"
#include "rill/net/socket.hpp"
#include "support/coroutine_case.hpp"
#include "support/socket_pair.hpp"
#include "support/temporary_folder.hpp"
#include "support/without_sendfile.hpp"

namespace {

using rill_test::connected_pair;
using rill_test::error_of;
using rill_test::make_pair;
using rill_test::pattern;
using rill_test::temporary_folder;
using rill_test::transfer_slices;
using rill_test::without_sendfile;

const auto system_sendfile = rill::detail::system_calls().sendfile;

}  // namespace

RILL_IO_TEST_CASE("the system is asked once for each file that it does not send", "[send_file]") {
  const without_sendfile none;
  co_await transfer_slices();
  CHECK(without_sendfile::calls == 5);
}

RILL_IO_TEST_CASE("calls that are interrupted or send little are repeated", "[send_file]") {
  const rill::detail::system_calls_restorer restorer;
  static std::atomic<int> calls;
  calls = 0;
  rill::detail::current_system_calls.sendfile = [](int to, int from, off_t* at, std::size_t size) {
    if (++calls % 2 == 0) return system_sendfile(to, from, at, std::min<std::size_t>(size, 7000));
    errno = EINTR;
    return ssize_t{-1};
  };
  co_await transfer_slices();
  CHECK(calls > 100);
}

RILL_IO_TEST_CASE("an error half-way is thrown, and the file tells how far it came",
                  "[send_file]") {
  const temporary_folder folder;
  const rill::detail::system_calls_restorer restorer;
  rill::detail::current_system_calls.sendfile = [](int to, int from, off_t* at, std::size_t size) {
    if (*at < 1000) return system_sendfile(to, from, at, std::min<std::size_t>(size, 1000));
    errno = EIO;
    return ssize_t{-1};
  };
  rill::file from = co_await rill::open_file(folder.make("file", pattern(100'000)));
  connected_pair pair = co_await make_pair();
  auto sending = rill::create_task(pair.client.send_file(from));
  const std::error_code code = co_await error_of(sending);
  CHECK(code == std::errc::io_error);
  CHECK(from.tell() == 1000);
}
