// SPDX-License-Identifier: BSL-1.0
//
// What the contract says of reads and writes of files, on every reactor.
#include <fcntl.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/system_calls.hpp"
#include "rill/loop/io_op.hpp"
#include "rill/loop/reactor.hpp"
#include "support/coroutine_case.hpp"
#include "support/socket_pair.hpp"
#include "support/temporary_folder.hpp"

namespace {

using rill::io_kind;
using rill::detail::system_calls;

std::unique_ptr<rill::reactor> reactor_of_case() {
  rill::loop_options options = rill_test::backend_options();
  if (options.custom_reactor) return std::move(options.custom_reactor);
  return rill::make_reactor(options.backend);
}

/// One operation on a file.
struct file_op : rill::io_op {
  file_op(io_kind what, int file, void* memory, std::size_t count, std::uint64_t offset)
      : at{memory, offset} {
    complete = [](io_op& op) noexcept { static_cast<file_op&>(op).ended = true; };
    kind = what;
    handle = file;
    data = &at;
    size = count;
  }
  rill::io_place at;
  bool ended = false;
};

struct open_file {
  explicit open_file(const std::filesystem::path& path, int mode = O_RDWR | O_CREAT)
      : number(system_calls().open(path.string().c_str(), mode | O_CLOEXEC, 0600)) {
    REQUIRE(number >= 0);
  }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
  ~open_file() { system_calls().close(number); }
  int number;
};

void finish(rill::reactor& io, file_op& op) {
  while (!op.ended) io.wait(-1);
}

std::int64_t result_of(rill::reactor& io, file_op& op) {
  if (!io.start(op)) finish(io, op);
  return op.result;
}

}  // namespace

RILL_REACTOR_TEST_CASE("files are read and written at any place, and keep their position",
                       "[file_operations]") {
  const rill_test::temporary_folder folder;
  const auto path = folder.make("numbers", "0123456789");
  const open_file file(path);
  const auto io = reactor_of_case();
  std::array<char, 4> room{};
  file_op reading(io_kind::read_at, file.number, room.data(), room.size(), 3);
  CHECK(result_of(*io, reading) == 4);
  CHECK(std::string(room.data(), 4) == "3456");
  char text[] = "xyz";
  file_op writing(io_kind::write_at, file.number, text, 3, 8);
  CHECK(result_of(*io, writing) == 3);
  CHECK(rill_test::content_of(path) == "01234567xyz");
  file_op at_end(io_kind::read_at, file.number, room.data(), room.size(), 9);
  CHECK(result_of(*io, at_end) == 2);
  file_op behind(io_kind::read_at, file.number, room.data(), room.size(), 1000);
  CHECK(result_of(*io, behind) == 0);
  CHECK(system_calls().lseek(file.number, 0, SEEK_CUR) == 0);
  CHECK(io->pending() == 0);
  io->forget(file.number);
}

RILL_REACTOR_TEST_CASE("errors of files are results", "[file_operations]") {
  const rill_test::temporary_folder folder;
  const auto io = reactor_of_case();
  const open_file file(folder.make("file", "text"));
  const open_file read_only(folder.path("file"), O_RDONLY);
  char text[] = "xyz";
  file_op refused(io_kind::write_at, read_only.number, text, 3, 0);
  const std::int64_t of_write = result_of(*io, refused);
  CHECK((of_write == -EBADF || of_write == -EACCES));  // Windows: the latter
  io->forget(read_only.number);
  file_op none(io_kind::read_at, -1, text, 3, 0);
  CHECK(result_of(*io, none) == -EBADF);
  file_op before(io_kind::read_at, file.number, text, 3, ~std::uint64_t{1});
  CHECK(result_of(*io, before) == -EINVAL);
  io->forget(file.number);
}

RILL_REACTOR_TEST_CASE("reads of one file end in the order started", "[file_operations]") {
  const rill_test::temporary_folder folder;
  const open_file file(folder.make("much", rill_test::pattern(64 * 1000)));
  const auto io = reactor_of_case();
  std::vector<std::string> rooms(64, std::string(1000, '\0'));
  std::list<file_op> ops;
  for (std::size_t i = 0; i < rooms.size(); ++i) {
    file_op& op = ops.emplace_back(io_kind::read_at, file.number, rooms[i].data(), 1000, i * 1000);
    if (io->start(op)) op.ended = true;
  }
  while (io->pending() != 0) {
    io->wait(-1);
    bool all_before = true;
    for (const file_op& op : ops) {
      CHECK((all_before || !op.ended));
      all_before = op.ended;
    }
  }
  std::string all;
  for (const std::string& room : rooms) all += room;
  CHECK(all == rill_test::pattern(64 * 1000));
  io->forget(file.number);
}

RILL_REACTOR_TEST_CASE("a cancelled read of a file has ended or never happened",
                       "[file_operations]") {
  const rill_test::temporary_folder folder;
  const open_file file(folder.make("much", std::string(1 << 20, 'm')));
  const auto io = reactor_of_case();
  for (int i = 0; i < 60; ++i) {
    std::string room(1 << 20, '-');
    file_op first(io_kind::read_at, file.number, room.data(), room.size(), 0);
    char other = '-';
    file_op second(io_kind::read_at, file.number, &other, 1, 1);
    const bool at_once = io->start(first);
    if (io->start(second)) second.ended = true;
    if (i % 3 == 1) io->wait(0);
    if (!at_once && !first.ended) {
      const rill::io_cancel answer = io->cancel(first);
      if (answer == rill::io_cancel::withdrawn) {
        first.result = rill::io_cancelled;
      } else {
        finish(*io, first);
      }
    }
    const bool cancelled = first.result == rill::io_cancelled;
    CHECK((cancelled || first.result == 1 << 20));
    CHECK(room == std::string(1 << 20, cancelled ? '-' : 'm'));
    finish(*io, second);
    CHECK(second.result == 1);
    CHECK(other == 'm');
    CHECK(io->pending() == 0);
  }
  io->forget(file.number);
}

RILL_REACTOR_TEST_CASE("forgetting a file ends what is under way; its number may come back",
                       "[file_operations]") {
  const rill_test::temporary_folder folder;
  const auto path = folder.make("much", std::string(1 << 20, 'm'));
  const auto io = reactor_of_case();
  for (int i = 0; i < 30; ++i) {
    auto file = std::make_unique<open_file>(path);
    std::string room(1 << 20, '-');
    file_op reading(io_kind::read_at, file->number, room.data(), room.size(), 0);
    if (io->start(reading)) reading.ended = true;
    if (i % 3 == 1) io->wait(0);
    io->forget(file->number);
    file.reset();
    const open_file next(folder.path("empty"));
    finish(*io, reading);
    CHECK((reading.result == rill::io_closed || reading.result == 1 << 20));
    char byte = 0;
    file_op after(io_kind::read_at, next.number, &byte, 1, 0);
    CHECK(result_of(*io, after) == 0);
    io->forget(next.number);
  }
}

RILL_REACTOR_TEST_CASE("a reactor that goes writes to no memory afterwards", "[file_operations]") {
  const rill_test::temporary_folder folder;
  const open_file file(folder.make("much", std::string(1 << 20, 'm')));
  const std::string untouched(1 << 20, '-');
  std::list<std::string> rooms;
  for (int i = 0; i < 30; ++i) {
    auto io = reactor_of_case();
    std::string& room = rooms.emplace_back(untouched);
    file_op reading(io_kind::read_at, file.number, room.data(), room.size(), 0);
    const bool at_once = io->start(reading);
    if (!at_once && i % 2 != 0) io->wait(0);
    io.reset();
    room = untouched;
  }
  for (const std::string& room : rooms) CHECK(room == untouched);
}
