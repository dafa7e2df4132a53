// SPDX-License-Identifier: BSL-1.0
//
// The emulation of kqueue(2) says what the BSD manual says.
#include <fcntl.h>
#include <poll.h>
#include <sys/event.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/open_descriptors.hpp"
#include "support/pipe_pair.hpp"

namespace {

using rill_test::pipe_pair;
using rill_test::socket_pair;

class queue {
 public:
  queue() : number_(::kqueue()) { REQUIRE(number_ >= 0); }
  queue(const queue&) = delete;
  queue& operator=(const queue&) = delete;
  ~queue() { ::close(number_); }

  int number() const noexcept { return number_; }

  /// 0, or the error.
  int change(long ident, int filter, int flags, std::uint32_t fflags = 0, void* udata = nullptr) {
    const struct kevent wanted = make(ident, filter, flags, fflags, udata);
    return ::kevent(number_, &wanted, 1, nullptr, 0, nullptr) == 0 ? 0 : errno;
  }
  std::vector<struct kevent> events(int most = 8) {
    const timespec at_once{};
    std::vector<struct kevent> seen(static_cast<std::size_t>(most));
    const int count = ::kevent(number_, nullptr, 0, seen.data(), most, &at_once);
    REQUIRE(count >= 0);
    seen.resize(static_cast<std::size_t>(count));
    return seen;
  }
  static struct kevent make(long ident, int filter, int flags, std::uint32_t fflags = 0,
                            void* udata = nullptr) {
    return {static_cast<uintptr_t>(ident),
            static_cast<int16_t>(filter),
            static_cast<uint16_t>(flags),
            fflags,
            0,
            udata};
  }

 private:
  int number_;
};

}  // namespace

TEST_CASE("a filter is reported as long as its handle is ready", "[kqueue]") {
  queue events;
  pipe_pair pipe;
  int mark = 0;
  REQUIRE(events.change(pipe.read_end(), EVFILT_READ, EV_ADD, 0, &mark) == 0);
  CHECK(events.events().empty());
  pipe.put("abc");
  for (int i = 0; i < 2; ++i) {
    const auto seen = events.events();
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].ident == static_cast<uintptr_t>(pipe.read_end()));
    CHECK(seen[0].filter == EVFILT_READ);
    CHECK(seen[0].data == 3);
    CHECK(seen[0].udata == &mark);
  }
  pipe.take();
  CHECK(events.events().empty());
}

TEST_CASE("EV_CLEAR reports each change once", "[kqueue]") {
  queue events;
  pipe_pair pipe;
  pipe.put("a");
  REQUIRE(events.change(pipe.read_end(), EVFILT_READ, EV_ADD | EV_CLEAR) == 0);
  CHECK(events.events().size() == 1);  // what was there already
  CHECK(events.events().empty());
  pipe.put("b");
  CHECK(events.events().size() == 1);
  CHECK(events.events().empty());
}

TEST_CASE("the filters of the two directions know nothing of each other", "[kqueue]") {
  queue events;
  socket_pair sockets;
  REQUIRE(events.change(sockets.left(), EVFILT_READ, EV_ADD | EV_CLEAR) == 0);
  REQUIRE(events.change(sockets.left(), EVFILT_WRITE, EV_ADD | EV_CLEAR) == 0);
  auto seen = events.events();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].filter == EVFILT_WRITE);
  sockets.put_right("abc");
  seen = events.events();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].filter == EVFILT_READ);
  CHECK(events.change(sockets.left(), EVFILT_READ, EV_DELETE) == 0);
  CHECK(events.change(sockets.left(), EVFILT_READ, EV_DELETE) == ENOENT);
}

TEST_CASE("adding a filter again changes its mark, but not its flags or its state", "[kqueue]") {
  queue events;
  pipe_pair pipe;
  int mark = 0;
  pipe.put("a");
  REQUIRE(events.change(pipe.read_end(), EVFILT_READ, EV_ADD | EV_CLEAR) == 0);
  CHECK(events.events().size() == 1);
  REQUIRE(events.change(pipe.read_end(), EVFILT_READ, EV_ADD, 0, &mark) == 0);
  CHECK(events.events().empty());
  pipe.put("b");
  const auto seen = events.events();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].udata == &mark);
  CHECK(events.events().empty());
}

TEST_CASE("EV_ONESHOT goes when it has been reported", "[kqueue]") {
  queue events;
  pipe_pair pipe;
  REQUIRE(events.change(pipe.read_end(), EVFILT_READ, EV_ADD | EV_ONESHOT) == 0);
  pipe.put("a");
  CHECK(events.events().size() == 1);
  CHECK(events.events().empty());
  CHECK(events.change(pipe.read_end(), EVFILT_READ, EV_DELETE) == ENOENT);
}

TEST_CASE("the end is told by EV_EOF", "[kqueue]") {
  queue events;
  pipe_pair pipe;
  pipe.put("abc");
  REQUIRE(events.change(pipe.read_end(), EVFILT_READ, EV_ADD) == 0);
  CHECK((events.events().at(0).flags & EV_EOF) == 0);
  pipe.close_write_end();
  const auto seen = events.events();
  REQUIRE(seen.size() == 1);
  CHECK((seen[0].flags & EV_EOF) != 0);
  CHECK(seen[0].data == 3);

  socket_pair sockets;
  REQUIRE(events.change(sockets.left(), EVFILT_READ, EV_ADD) == 0);
  REQUIRE(::shutdown(static_cast<int>(sockets.right()), SHUT_WR) == 0);
  CHECK(events.events().size() == 2);
}

TEST_CASE("a user's event is triggered in any thread", "[kqueue]") {
  queue events;
  REQUIRE(events.change(7, EVFILT_USER, EV_ADD | EV_CLEAR) == 0);
  CHECK(events.events().empty());
  CHECK(events.change(8, EVFILT_USER, 0, NOTE_TRIGGER) == ENOENT);
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const struct kevent trigger = queue::make(7, EVFILT_USER, 0, NOTE_TRIGGER);
    for (int i = 0; i < 2; ++i) ::kevent(events.number(), &trigger, 1, nullptr, 0, nullptr);
  });
  struct kevent seen;
  CHECK(::kevent(events.number(), nullptr, 0, &seen, 1, nullptr) == 1);
  CHECK(seen.filter == EVFILT_USER);
  CHECK(seen.ident == 7);
  other.join();
  CHECK(events.events().size() <= 1);
  CHECK(events.events().empty());
}

TEST_CASE("changes are applied before events are looked for", "[kqueue]") {
  queue events;
  pipe_pair pipe;
  pipe.put("a");
  const struct kevent wanted = queue::make(pipe.read_end(), EVFILT_READ, EV_ADD);
  struct kevent seen;
  CHECK(::kevent(events.number(), &wanted, 1, &seen, 1, nullptr) == 1);
  CHECK(seen.filter == EVFILT_READ);
  CHECK((seen.flags & EV_ERROR) == 0);
}

TEST_CASE("a change that fails is an entry, or the call's error without room", "[kqueue]") {
  queue events;
  pipe_pair pipe;
  pipe.put("a");
  const std::array<struct kevent, 2> wanted{queue::make(pipe.read_end(), EVFILT_WRITE, EV_DELETE),
                                            queue::make(pipe.read_end(), EVFILT_READ, EV_ADD)};
  std::array<struct kevent, 4> seen;
  REQUIRE(::kevent(events.number(), wanted.data(), 2, seen.data(), 4, nullptr) == 1);
  CHECK((seen[0].flags & EV_ERROR) != 0);
  CHECK(seen[0].data == ENOENT);
  CHECK(seen[0].filter == EVFILT_WRITE);
  CHECK(events.events().size() == 1);
  CHECK(events.change(1'000'000, EVFILT_READ, EV_ADD) == EBADF);
  CHECK(events.change(pipe.read_end(), -77, EV_ADD) == EINVAL);
}

TEST_CASE("a pipe without a reader has no filter for writing", "[kqueue]") {
  pipe_pair pipe;
  queue under_test;
  CHECK(under_test.change(pipe.write_end(), EVFILT_WRITE, EV_ADD) == 0);
  pipe.close_read_end();
  CHECK(under_test.change(pipe.write_end(), EVFILT_WRITE, EV_ADD) == 0);  // is there already
  CHECK(under_test.change(pipe.write_end(), EVFILT_WRITE, EV_DELETE) == 0);
  CHECK(under_test.change(pipe.write_end(), EVFILT_WRITE, EV_ADD) == EPIPE);
  CHECK(under_test.change(pipe.write_end(), EVFILT_WRITE, EV_DELETE) == ENOENT);
  CHECK(under_test.change(pipe.write_end(), EVFILT_READ, EV_ADD) == 0);
}

TEST_CASE("EV_RECEIPT answers each change, and tells no event", "[kqueue]") {
  queue events;
  pipe_pair pipe;
  pipe.put("a");
  const std::array<struct kevent, 2> wanted{
      queue::make(pipe.read_end(), EVFILT_READ, EV_ADD | EV_RECEIPT),
      queue::make(pipe.read_end(), EVFILT_WRITE, EV_DELETE | EV_RECEIPT)};
  std::array<struct kevent, 4> seen;
  REQUIRE(::kevent(events.number(), wanted.data(), 2, seen.data(), 4, nullptr) == 2);
  CHECK((seen[0].flags & EV_ERROR) != 0);
  CHECK(seen[0].data == 0);
  CHECK((seen[1].flags & EV_ERROR) != 0);
  CHECK(seen[1].data == ENOENT);
  CHECK(events.events().size() == 1);
}

TEST_CASE("closing a descriptor removes its filters, whatever duplicates there are", "[kqueue]") {
  queue events;
  pipe_pair pipe;
  const int twin = ::dup(static_cast<int>(pipe.read_end()));
  REQUIRE(events.change(twin, EVFILT_READ, EV_ADD) == 0);
  pipe.put("a");
  CHECK(events.events().size() == 1);
  ::close(twin);
  CHECK(events.events().empty());
}

TEST_CASE("a queue is a handle that can be polled, and costs nothing when it is closed",
          "[kqueue]") {
  const int before = rill_test::open_descriptors();
  {
    queue events;
    pipe_pair pipe;
    pollfd looked{events.number(), POLLIN, 0};
    REQUIRE(events.change(pipe.read_end(), EVFILT_READ, EV_ADD | EV_CLEAR) == 0);
    CHECK(::poll(&looked, 1, 0) == 0);
    pipe.put("a");
    CHECK(::poll(&looked, 1, 0) == 1);
    CHECK(events.events().size() == 1);
    CHECK(::poll(&looked, 1, 0) == 0);
  }
  CHECK(rill_test::open_descriptors() == before);
}

TEST_CASE("a wait ends with its time", "[kqueue]") {
  queue events;
  const timespec limit{0, 3'000'000};
  struct kevent seen;
  const auto before = std::chrono::steady_clock::now();
  CHECK(::kevent(events.number(), nullptr, 0, &seen, 1, &limit) == 0);
  CHECK(std::chrono::steady_clock::now() - before >= std::chrono::milliseconds(3));
}

TEST_CASE("the end of a process is told with its status, once", "[kqueue]") {
  queue events;
  pipe_pair gate;
  const pid_t child = ::fork();
  if (child == 0) {
    char byte = 0;
    ::fcntl(static_cast<int>(gate.read_end()), F_SETFL, 0);
    [[maybe_unused]] const auto read = ::read(static_cast<int>(gate.read_end()), &byte, 1);
    ::_exit(3);
  }
  REQUIRE(events.change(child, EVFILT_PROC, EV_ADD, NOTE_EXIT) == 0);
  CHECK(events.events().empty());
  gate.put("x");
  struct kevent seen;
  REQUIRE(::kevent(events.number(), nullptr, 0, &seen, 1, nullptr) == 1);
  CHECK(seen.fflags == NOTE_EXIT);
  CHECK(WEXITSTATUS(static_cast<int>(seen.data)) == 3);
  CHECK(events.events().empty());
  CHECK(::waitpid(child, nullptr, 0) == child);
  CHECK(events.change(child, EVFILT_PROC, EV_ADD, NOTE_EXIT) == ESRCH);
}
