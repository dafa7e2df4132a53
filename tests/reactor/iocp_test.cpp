// SPDX-License-Identifier: BSL-1.0
//
// What is Windows' own of the iocp reactor; the rest is in the tests of all reactors.
#include <windows.h>

#include <fcntl.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <limits>
#include <list>
#include <memory>
#include <string>
#include <system_error>
#include <thread>

#include "base/system_calls.hpp"
#include "rill/loop/reactor.hpp"
#include "rill/streams/pipe.hpp"
#include "support/coroutine_case.hpp"
#include "support/skip.hpp"

namespace {

using namespace std::chrono_literals;
using rill::detail::system_calls;

struct read_op : rill::io_op {
  explicit read_op(rill::native_handle from) {
    complete = [](rill::io_op& op) noexcept { static_cast<read_op&>(op).ended = true; };
    kind = rill::io_kind::read;
    handle = from;
    data = room;
    size = sizeof room;
  }
  char room[16] = {};
  bool ended = false;
};

class pipe {
 public:
  pipe() { REQUIRE(system_calls().pipe2(ends_, O_NONBLOCK | O_CLOEXEC) == 0); }
  pipe(const pipe&) = delete;
  pipe& operator=(const pipe&) = delete;
  ~pipe() {
    if (ends_[0] == 0) return;
    system_calls().close(ends_[0]);
    system_calls().close(ends_[1]);
  }
  /// As one does who has been given handles of the system.
  void close_by_system() {
    ::CloseHandle(reinterpret_cast<HANDLE>(read_end()));
    ::CloseHandle(reinterpret_cast<HANDLE>(rill::native_handle{ends_[1]}));
    ends_[0] = 0;
  }
  rill::native_handle read_end() const { return ends_[0]; }
  void put(const std::string& text) const {
    REQUIRE(system_calls().write(ends_[1], text.data(), text.size()) ==
            static_cast<ssize_t>(text.size()));
  }

 private:
  int ends_[2];
};

/// The reactor has had the handle, and nothing is left of that.
void use_and_forget(rill::reactor& io, rill::native_handle handle) {
  read_op op(handle);
  REQUIRE_FALSE(io.start(op));
  io.forget(handle);
  while (!op.ended) io.wait(-1);
}

/// Pipes, the last of which has that number if one can have it.
std::list<pipe> pipes_up_to(rill::native_handle number) {
  std::list<pipe> made;
  while (made.size() < 100 && (made.empty() || made.back().read_end() != number)) {
    made.emplace_back();
  }
  return made;
}

/// A pipe of messages, as other programs make them.
class message_pipe {
 public:
  explicit message_pipe(DWORD read_mode = PIPE_READMODE_BYTE) {
    const std::string name =
        "\\\\.\\pipe\\rill-test-" + std::to_string(::GetCurrentProcessId()) + "-messages";
    writer_ = ::CreateNamedPipeA(name.c_str(), PIPE_ACCESS_OUTBOUND, PIPE_TYPE_MESSAGE, 1, 512, 512,
                                 0, nullptr);
    REQUIRE(writer_ != INVALID_HANDLE_VALUE);
    reader_ = ::CreateFileA(name.c_str(), GENERIC_READ | FILE_WRITE_ATTRIBUTES, 0, nullptr,
                            OPEN_EXISTING, FILE_FLAG_OVERLAPPED, nullptr);
    REQUIRE(reader_ != INVALID_HANDLE_VALUE);
    CHECK(::SetNamedPipeHandleState(reader_, &read_mode, nullptr, nullptr) != FALSE);
  }
  message_pipe(const message_pipe&) = delete;
  message_pipe& operator=(const message_pipe&) = delete;
  ~message_pipe() {
    ::CloseHandle(writer_);
    system_calls().close(static_cast<int>(read_end()));
  }
  rill::native_handle read_end() const { return reinterpret_cast<rill::native_handle>(reader_); }
  void put(const std::string& text) const {
    DWORD written = 0;
    CHECK(::WriteFile(writer_, text.data(), static_cast<DWORD>(text.size()), &written, nullptr) !=
          FALSE);
    CHECK(written == text.size());
  }

 private:
  HANDLE writer_ = nullptr;
  HANDLE reader_ = nullptr;
};

bool shows(const rill::reactor& io) {
  return ::WaitForSingleObject(reinterpret_cast<HANDLE>(io.pollable()), 0) == WAIT_OBJECT_0;
}

bool lacks_fine_timers() {
  constexpr DWORD high_resolution = 2;
  const HANDLE timer =
      ::CreateWaitableTimerExW(nullptr, nullptr, high_resolution, TIMER_ALL_ACCESS);
  if (timer != nullptr) ::CloseHandle(timer);
  if (timer == nullptr) rill_test::skip("here are no timers of high resolution");
  return timer == nullptr;
}

}  // namespace

TEST_CASE("a host that waits for the port sees what is to be told", "[iocp]") {
  const std::unique_ptr<rill::reactor> io = rill::make_reactor("iocp");
  CHECK(io->supports(rill::reactor_feature::pollable));
  CHECK(shows(*io));  // once, whatever there is
  io->wait(0);
  CHECK_FALSE(shows(*io));
  const pipe made;
  read_op op(made.read_end());
  REQUIRE_FALSE(io->start(op));
  io->wait(0);
  CHECK_FALSE(shows(*io));
  made.put("abc");
  CHECK(shows(*io));
  io->wait(0);
  CHECK(op.ended);
  CHECK(op.result == 3);
  CHECK_FALSE(shows(*io));
}

TEST_CASE("a host that waits for the port is woken", "[iocp]") {
  const std::unique_ptr<rill::reactor> io = rill::make_reactor("iocp");
  io->wake();  // nobody has asked for the port yet
  std::thread([&io] { io->wake(); }).join();
  CHECK(shows(*io));
  io->wait(0);
  CHECK_FALSE(shows(*io));
  std::thread([&io] { io->wake(); }).join();
  CHECK(shows(*io));
  io->wake();
  io->wait(0);
  CHECK_FALSE(shows(*io));
}

TEST_CASE("a host that waits for the port sees the end of what is forgotten", "[iocp]") {
  const std::unique_ptr<rill::reactor> io = rill::make_reactor("iocp");
  const pipe made;
  read_op first(made.read_end());
  read_op second(made.read_end());
  REQUIRE_FALSE(io->start(first));
  REQUIRE_FALSE(io->start(second));
  CHECK(shows(*io));
  io->wait(0);
  CHECK_FALSE(shows(*io));
  io->forget(made.read_end());
  CHECK(shows(*io));
  while (!first.ended || !second.ended) io->wait(-1);
  CHECK(first.result == rill::io_closed);
  CHECK(second.result == rill::io_closed);
}

TEST_CASE("a short wait ends in time, and never before", "[iocp]") {
  if (lacks_fine_timers()) return;
  const std::unique_ptr<rill::reactor> io = rill::make_reactor("iocp");
  constexpr std::chrono::nanoseconds wanted = 1ms;
  std::chrono::nanoseconds shortest = 1h;
  for (int i = 0; i < 20; ++i) {
    const auto before = std::chrono::steady_clock::now();
    io->wait(wanted.count());
    shortest =
        std::min<std::chrono::nanoseconds>(shortest, std::chrono::steady_clock::now() - before);
  }
  CHECK(shortest >= wanted);
  CHECK(shortest < 10ms);  // a tick of the system's clock is 15.6 ms
}

TEST_CASE("a handle of another port is refused, though one of its number was here", "[iocp]") {
  const std::unique_ptr<rill::reactor> io = rill::make_reactor("iocp");
  for (const bool by_system : {false, true}) {
    INFO((by_system ? "closed by the system's call" : "closed by the library's call"));
    rill::native_handle number = 0;
    {
      pipe made;
      number = made.read_end();
      use_and_forget(*io, number);
      if (by_system) made.close_by_system();
    }
    const std::list<pipe> others = pipes_up_to(number);
    REQUIRE(others.back().read_end() == number);
    const HANDLE elsewhere =
        ::CreateIoCompletionPort(reinterpret_cast<HANDLE>(number), nullptr, 0, 1);
    REQUIRE(elsewhere != nullptr);
    read_op op(number);
    const bool ended = io->start(op);
    CHECK(ended);
    CHECK(op.result == -EINVAL);
    if (!ended) io->forget(number);
    while (!ended && !op.ended) io->wait(1'000'000);
    ::CloseHandle(elsewhere);
  }
}

TEST_CASE("a handle that was forgotten and comes back is taken", "[iocp]") {
  const std::unique_ptr<rill::reactor> io = rill::make_reactor("iocp");
  const pipe made;
  for (int i = 0; i < 2; ++i) use_and_forget(*io, made.read_end());
  read_op op(made.read_end());
  REQUIRE_FALSE(io->start(op));
  made.put("abc");
  while (!op.ended) io->wait(-1);
  CHECK(op.result == 3);
  io->forget(made.read_end());
}

TEST_CASE("a message of no bytes is no end of a pipe", "[iocp]") {
  const std::unique_ptr<rill::reactor> io = rill::make_reactor("iocp");
  const message_pipe made;
  for (const bool waits : {false, true}) {
    INFO((waits ? "it comes while a read waits" : "it is there before"));
    if (!waits) made.put("");
    read_op op(made.read_end());
    REQUIRE_FALSE(io->start(op));
    if (waits) made.put("");
    for (int i = 0; i < 5; ++i) io->wait(1'000'000);
    CHECK_FALSE(op.ended);
    made.put("abc");
    while (!op.ended) io->wait(-1);
    CHECK(op.result == 3);
  }
  made.put("");
  made.put("abcd");
  char room[8] = {};
  CHECK(system_calls().read(static_cast<int>(made.read_end()), room, sizeof room) == 4);
  io->forget(made.read_end());
}

TEST_CASE("a pipe that is read by messages is read by bytes", "[iocp]") {
  const std::unique_ptr<rill::reactor> io = rill::make_reactor("iocp");
  const message_pipe made(PIPE_READMODE_MESSAGE);
  made.put("a message longer than the room");
  std::string all;
  while (all.size() < 30) {
    read_op op(made.read_end());
    if (!io->start(op)) {
      while (!op.ended) io->wait(-1);
    }
    REQUIRE(op.result > 0);
    all.append(op.room, static_cast<std::size_t>(op.result));
  }
  CHECK(all == "a message longer than the room");
  made.put("another one");
  char room[8] = {};
  CHECK(system_calls().read(static_cast<int>(made.read_end()), room, sizeof room) == 8);
  CHECK(system_calls().read(static_cast<int>(made.read_end()), room, sizeof room) == 3);
  io->forget(made.read_end());
}

TEST_CASE("a call that waits reads a long message in parts", "[iocp]") {
  const message_pipe made(PIPE_READMODE_MESSAGE);
  made.put("long message");
  char room[8] = {};
  CHECK(system_calls().read(static_cast<int>(made.read_end()), room, sizeof room) == 8);
  CHECK(system_calls().read(static_cast<int>(made.read_end()), room, sizeof room) == 4);
}

TEST_CASE("the longest limit of a wait is one", "[iocp]") {
  const std::unique_ptr<rill::reactor> io = rill::make_reactor("iocp");
  std::atomic<bool> about_to_wake = false;
  std::thread other([&] {
    std::this_thread::sleep_for(50ms);
    about_to_wake = true;
    io->wake();
  });
  io->wait(std::numeric_limits<std::int64_t>::max());
  CHECK(about_to_wake);
  other.join();
}

RILL_IO_TEST_CASE("a pipe that was not opened for overlapped operations is refused", "[iocp]") {
  HANDLE ends[2] = {};
  REQUIRE(::CreatePipe(&ends[0], &ends[1], nullptr, 0) != FALSE);
  std::error_code code;
  try {
    rill::connect_read_pipe(reinterpret_cast<rill::native_handle>(ends[0]));
  } catch (const std::system_error& error) {
    code = error.code();
  }
  CHECK(code == std::errc::not_supported);
  CHECK(::CloseHandle(ends[0]) != FALSE);  // the caller's still
  CHECK(::CloseHandle(ends[1]) != FALSE);
  co_return;
}
