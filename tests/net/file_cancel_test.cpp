// SPDX-License-Identifier: BSL-1.0
//
// Operations on files that are cancelled, and loops that are closed over them.
#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/net/file.hpp"
#include "support/cancel_stages.hpp"
#include "support/coroutine_case.hpp"
#include "support/leaves_open.hpp"
#include "support/socket_pair.hpp"
#include "support/temporary_folder.hpp"
#include "support/witness.hpp"

namespace {

using rill::open_mode;
using rill_test::anew;
using rill_test::content_of;
using rill_test::pattern;
using rill_test::temporary_folder;
using rill_test::was_cancelled;
using rill_test::witness;

rill::coro<> read_whole(rill::file& from, std::string& all) { all = co_await from.read_all(); }

}  // namespace

RILL_IO_TEST_CASE("a read that is cancelled leaves the position where it was", "[file]") {
  const temporary_folder folder;
  const std::string content = pattern(1 << 20);
  rill::file from = co_await rill::open_file(folder.make("file", content));
  int struck = 0;
  for (int turns = 0; turns < 60; ++turns) {
    co_await from.seek(10);
    std::string all;
    rill::task<> reading = rill::create_task(read_whole, std::ref(from), std::ref(all));
    co_await rill_test::let_others_run(turns);
    reading.cancel();
    const bool cancelled = co_await was_cancelled(reading);
    CHECK(from.tell() == (all.empty() ? 10 : 1 << 20));
    CHECK((all.empty() || all == content.substr(10)));
    if (cancelled) ++struck;
  }
  CHECK(struck > 0);
}

RILL_IO_TEST_CASE("a line that is cancelled is read by the next", "[file]") {
  const temporary_folder folder;
  std::string content;
  for (int i = 0; i < 300; ++i) content += std::string(static_cast<std::size_t>(i * 7), 'l') + "\n";
  rill::file from = co_await rill::open_file(folder.make("file", content));
  std::string all;
  const auto read_one = [](rill::file& lines, std::string& into) -> rill::coro<> {
    into += co_await lines.readline();
  };
  for (int i = 0; from.tell() < static_cast<std::int64_t>(content.size()); ++i) {
    rill::task<> reading = rill::create_task(read_one, std::ref(from), std::ref(all));
    co_await rill_test::let_others_run(i % 4);
    if (i % 3 != 0) reading.cancel();
    co_await was_cancelled(reading);
    REQUIRE(from.tell() == static_cast<std::int64_t>(all.size()));
  }
  CHECK((all == content));
}

RILL_IO_TEST_CASE("a write that is cancelled is counted by the position", "[file]") {
  const temporary_folder folder;
  rill::file to = co_await rill::open_file(folder.path("file"), anew);
  const std::string much = pattern(1 << 20);
  for (int turns = 0; turns < 60; ++turns) {
    co_await to.seek(0);
    co_await to.truncate(0);
    rill::task<> writing = rill::create_task(to.write_all(much));
    co_await rill_test::let_others_run(turns);
    writing.cancel();
    co_await was_cancelled(writing);
    const std::string written = content_of(folder.path("file"));
    CHECK(to.tell() == static_cast<std::int64_t>(written.size()));
    CHECK((written == much.substr(0, written.size())));
  }
}

RILL_IO_TEST_CASE("a task that is cancelled in the queue of a file lets the others pass",
                  "[file]") {
  const temporary_folder folder;
  rill::file to = co_await rill::open_file(folder.path("file"), anew);
  const std::string much(300'000, 'm');
  const rill::task<> first = rill::create_task(to.write_all(much));
  rill::task<> second = rill::create_task(to.write_all("second"));
  const rill::task<> third = rill::create_task(to.write_all("third"));
  co_await rill::yield();
  second.cancel();
  const bool cancelled = co_await was_cancelled(second);
  CHECK(cancelled);
  co_await first;
  co_await third;
  CHECK((content_of(folder.path("file")) == much + "third"));
}

RILL_IO_TEST_CASE("opening and closing may be cancelled at any time, and leave no handle open",
                  "[file]") {
  const temporary_folder folder;
  const std::string path = folder.make("file", "content");
  const auto visit = [](std::string name, open_mode mode) -> rill::coro<> {
    rill::file visited = co_await rill::open_file(std::move(name), mode);
    co_await visited.close();
  };
  const auto visit_and_cancel = [&]() -> rill::coro<> {
    for (int turns = 0; turns < 200; ++turns) {
      const open_mode mode =
          turns % 2 == 0 ? open_mode::read : open_mode::write | open_mode::create;
      rill::task<> visiting = rill::create_task(visit, path, mode);
      co_await rill_test::let_others_run(turns);
      visiting.cancel();
      co_await was_cancelled(visiting);
    }
  };
  // A thread that was left alone may still be at it.
  const bool closed = co_await rill_test::leaves_nothing_open(visit_and_cancel);
  CHECK(closed);
}

RILL_REACTOR_TEST_CASE("a loop is closed with operations on files in flight", "[file]") {
  const temporary_folder folder;
  const std::string path = folder.make("file", pattern(1 << 20)).string();
  const auto read = [](std::string name, witness held) -> rill::coro<> {
    rill::file from = co_await rill::open_file(name);
    std::string room(1 << 20, '\0');
    while (true) co_await from.read_at(std::span<char>(room), 0);
    CHECK(!held.holds());
  };
  const auto write = [](std::string name, witness held) -> rill::coro<> {
    rill::file to = co_await rill::open_file(name + ".new", anew);
    std::vector<rill::task<>> writing;
    const std::string piece(100'000, 'w');
    while (true) {
      for (int i = 0; i < 3; ++i) writing.push_back(rill::create_task(to.write_all(piece)));
      co_await writing.back();
      co_await to.seek(0);
    }
    CHECK(!held.holds());
  };
  const auto close = [](std::string name, witness held) -> rill::coro<> {
    while (true) {
      rill::file one = co_await rill::open_file(name);
      const rill::task<std::string> reading = rill::create_task(one.read_all());
      co_await rill::yield();
      co_await one.close();
    }
    CHECK(!held.holds());
  };
  for (const int turns : {0, 1, 2, 3, 5, 10, 40, 200}) {
    INFO("closed after " << turns << " turns");
    int alive = 0;
    {
      rill::event_loop loop(rill_test::backend_options());
      std::vector<rill::task<>> tasks;
      tasks.push_back(loop.create_task(read, path, witness(alive)));
      tasks.push_back(loop.create_task(write, path, witness(alive)));
      tasks.push_back(loop.create_task(close, path, witness(alive)));
      for (int i = 0; i < turns; ++i) loop.run_once(std::chrono::milliseconds(1));
      CHECK(alive > 0);
      loop.close();
      for (const rill::task<>& task : tasks) CHECK(task.cancelled());
    }
    CHECK(alive == 0);
  }
}
