// SPDX-License-Identifier: BSL-1.0
//
// What the kqueue reactor does with what kqueue(2) may say; the rest is in the tests of all
// reactors.
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <system_error>

#include "reactor/kqueue_calls.hpp"
#include "rill/loop/reactor.hpp"
#include "support/catch.hpp"
#include "support/open_descriptors.hpp"
#include "support/pipe_pair.hpp"
#include "support/temporary_folder.hpp"

namespace {

using rill::detail::kqueue_call_table;
using rill::detail::kqueue_calls;

class table_restorer {
 public:
  table_restorer() : before(kqueue_calls) { original = before; }
  table_restorer(const table_restorer&) = delete;
  table_restorer& operator=(const table_restorer&) = delete;
  ~table_restorer() { kqueue_calls = before; }

  static kqueue_call_table original;

 private:
  kqueue_call_table before;
};

kqueue_call_table table_restorer::original{};
int calls_left = 0;

int refuse_queue() {
  errno = EMFILE;
  return -1;
}

int refuse_events(int /*queue*/, const struct kevent* /*changes*/, int /*change_count*/,
                  struct kevent* /*events*/, int /*capacity*/, const timespec* /*timeout*/) {
  errno = ENOMEM;
  return -1;
}

int interrupt_waits(int queue, const struct kevent* changes, int change_count,
                    struct kevent* events, int capacity, const timespec* timeout) {
  if (change_count == 0 && calls_left > 0) {
    --calls_left;
    errno = EINTR;
    return -1;
  }
  return table_restorer::original.kevent(queue, changes, change_count, events, capacity, timeout);
}

int refuse_added_writes(int queue, const struct kevent* changes, int change_count,
                        struct kevent* events, int capacity, const timespec* timeout) {
  if (change_count == 1 && changes->filter == EVFILT_WRITE && (changes->flags & EV_ADD) != 0) {
    errno = ENOMEM;
    return -1;
  }
  return table_restorer::original.kevent(queue, changes, change_count, events, capacity, timeout);
}

// Of the two filters of a new handle, only that for writing is taken.
int refuse_half(int queue, const struct kevent* changes, int change_count, struct kevent* events,
                int capacity, const timespec* timeout) {
  const int told =
      table_restorer::original.kevent(queue, changes, change_count, events, capacity, timeout);
  if (change_count == 2 && capacity == 2) {
    struct kevent taken = changes[0];
    taken.flags = EV_DELETE;
    table_restorer::original.kevent(queue, &taken, 1, nullptr, 0, nullptr);
    events[0].data = ENOMEM;
  }
  return told;
}

std::error_code refusal() {
  try {
    static_cast<void>(rill::make_reactor("kqueue"));
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

struct counted_watch final : rill::io_watch {
  counted_watch(rill::native_handle watched, rill::io_direction wanted) {
    fire = [](rill::io_watch& self) noexcept { ++static_cast<counted_watch&>(self).count; };
    handle = watched;
    direction = wanted;
  }
  int count = 0;
};

struct write_op final : rill::io_op {
  write_op(rill::native_handle to, std::string& text) {
    complete = [](rill::io_op& self) noexcept { static_cast<write_op&>(self).ended = true; };
    handle = to;
    kind = rill::io_kind::write;
    data = text.data();
    size = text.size();
  }
  bool ended = false;
};

struct read_op final : rill::io_op {
  explicit read_op(rill::native_handle from) {
    complete = [](rill::io_op& self) noexcept { static_cast<read_op&>(self).ended = true; };
    handle = from;
    kind = rill::io_kind::read;
    data = room;
    size = sizeof room;
  }
  char room[8] = {};
  bool ended = false;
};

}  // namespace

TEST_CASE("a kqueue that cannot be had is an error, and leaves no descriptor", "[kqueue]") {
  const int before = rill_test::open_descriptors();
  const table_restorer restorer;
  kqueue_calls.kqueue = &refuse_queue;
  CHECK(refusal() == std::errc::too_many_files_open);
  kqueue_calls = table_restorer::original;
  kqueue_calls.kevent = &refuse_events;
  CHECK(refusal() == std::errc::not_enough_memory);
  CHECK(rill_test::open_descriptors() == before);
}

TEST_CASE("a wait of kqueue that a signal interrupts has nothing to tell", "[kqueue]") {
  const table_restorer restorer;
  kqueue_calls.kevent = &interrupt_waits;
  const std::unique_ptr<rill::reactor> io = rill::make_reactor("kqueue");
  rill_test::pipe_pair pipe;
  read_op op(pipe.read_end());
  REQUIRE(!io->start(op));
  pipe.put("abc");
  calls_left = 1;
  io->wait(-1);
  CHECK(!op.ended);
  io->wait(-1);
  CHECK(op.ended);
  CHECK(op.result == 3);
}

TEST_CASE("a watch beside a pending operation leaves the other direction as it is", "[kqueue]") {
  const std::unique_ptr<rill::reactor> io = rill::make_reactor("kqueue");
  rill_test::socket_pair sockets;
  read_op op(sockets.left());
  REQUIRE(!io->start(op));
  counted_watch watch(sockets.left(), rill::io_direction::write);
  REQUIRE(io->add_watch(watch) == 0);
  io->wait(0);
  io->wait(0);
  CHECK(watch.count == 2);
  io->remove_watch(watch);
  io->wait(0);
  io->wait(0);
  CHECK(watch.count == 2);
  sockets.put_right("abc");
  io->wait(-1);
  CHECK(op.ended);
}

TEST_CASE("a handle that was forgotten and not closed is heard afresh", "[kqueue]") {
  const std::unique_ptr<rill::reactor> io = rill::make_reactor("kqueue");
  rill_test::pipe_pair pipe;
  read_op first(pipe.read_end());
  REQUIRE(!io->start(first));
  pipe.put("abc");
  io->forget(pipe.read_end());
  io->wait(0);  // its end, and the old filter's report, which nobody hears
  CHECK(first.ended);
  CHECK(first.result == rill::io_closed);

  counted_watch watch(pipe.read_end(), rill::io_direction::read);
  REQUIRE(io->add_watch(watch) == 0);
  io->wait(0);
  CHECK(watch.count == 1);
  io->forget(pipe.read_end());
  CHECK(watch.handle == rill::invalid_handle);
  pollfd looked{static_cast<int>(io->pollable()), POLLIN, 0};
  CHECK(::poll(&looked, 1, 0) == 0);  // no filter goes on reporting what is there
}

TEST_CASE("a pipe whose other end is gone is still read to its end", "[kqueue]") {
  const std::unique_ptr<rill::reactor> io = rill::make_reactor("kqueue");
  rill_test::pipe_pair pipe;
  pipe.put("ab");
  pipe.close_write_end();
  read_op op(pipe.read_end());
  REQUIRE(io->start(op));
  CHECK(op.result == 2);
  read_op end(pipe.read_end());
  REQUIRE(io->start(end));
  CHECK(end.result == 0);
}

TEST_CASE("what waits for a direction without a filter is told by its own call", "[kqueue]") {
  const std::unique_ptr<rill::reactor> io = rill::make_reactor("kqueue");
  rill_test::pipe_pair pipe;
  pipe.close_read_end();
  counted_watch watch(pipe.write_end(), rill::io_direction::write);
  REQUIRE(io->add_watch(watch) == 0);
  io->wait(-1);
  io->wait(-1);
  CHECK(watch.count == 2);
  io->remove_watch(watch);
  io->wait(0);  // what stood in for the filter may be told once more
  io->wait(0);
  CHECK(watch.count == 2);
  pollfd looked{static_cast<int>(io->pollable()), POLLIN, 0};
  CHECK(::poll(&looked, 1, 0) == 0);

  REQUIRE(io->add_watch(watch) == 0);
  io->wait(-1);
  CHECK(watch.count == 3);
  io->forget(pipe.write_end());
  io->wait(0);
  CHECK(watch.count == 3);
  CHECK(::poll(&looked, 1, 0) == 0);
}

TEST_CASE("a watch that the kernel has no memory for is an error, and is none", "[kqueue]") {
  const table_restorer restorer;
  const std::unique_ptr<rill::reactor> io = rill::make_reactor("kqueue");
  rill_test::socket_pair sockets;
  counted_watch watch(sockets.left(), rill::io_direction::write);
  kqueue_calls.kevent = &refuse_added_writes;
  CHECK(io->add_watch(watch) == ENOMEM);
  CHECK(io->pending() == 0);
  kqueue_calls = table_restorer::original;
  io->wait(0);
  CHECK(watch.count == 0);
  watch.handle = sockets.left();
  REQUIRE(io->add_watch(watch) == 0);
  io->wait(-1);
  CHECK(watch.count == 1);
}

TEST_CASE("a handle of which the kernel takes but one direction is refused", "[kqueue]") {
  const table_restorer restorer;
  const std::unique_ptr<rill::reactor> io = rill::make_reactor("kqueue");
  rill_test::socket_pair sockets;
  read_op op(sockets.left());
  kqueue_calls.kevent = &refuse_half;
  REQUIRE(io->start(op));
  CHECK(op.result == -ENOMEM);
  kqueue_calls = table_restorer::original;
  pollfd looked{static_cast<int>(io->pollable()), POLLIN, 0};
  CHECK(::poll(&looked, 1, 0) == 0);  // nothing is left of it
  REQUIRE(!io->start(op));
  sockets.put_right("abc");
  io->wait(-1);
  CHECK(op.ended);
}

TEST_CASE("a FIFO that has a reader again is waited for again", "[kqueue]") {
  const rill_test::temporary_folder folder;
  const std::string path = folder.path("fifo");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const int writer = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  ::close(reader);
  const std::unique_ptr<rill::reactor> io = rill::make_reactor("kqueue");
  std::string text(4096, 'x');
  write_op refused(writer, text);
  REQUIRE(io->start(refused));
  CHECK(refused.result == -EPIPE);

  reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  write_op last(writer, text);
  while (io->start(last)) REQUIRE(last.result > 0);
  io->wait(0);
  CHECK_FALSE(last.ended);
  std::string taken(1 << 16, 0);
  CHECK(::read(reader, taken.data(), taken.size()) > 0);
  io->wait(-1);
  CHECK(last.ended);
  CHECK(last.result > 0);
  io->forget(writer);
  ::close(writer);
  ::close(reader);
}
