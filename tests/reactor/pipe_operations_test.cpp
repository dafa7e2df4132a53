// SPDX-License-Identifier: BSL-1.0
//
// Operations on pipes that move nothing.
#include <fcntl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/system_calls.hpp"
#include "rill/loop/reactor.hpp"
#include "support/coroutine_case.hpp"

namespace {

using rill::detail::system_calls;

struct pipe_op : rill::io_op {
  pipe_op(rill::io_kind wanted, rill::native_handle on, std::size_t length) {
    complete = [](rill::io_op& op) noexcept { static_cast<pipe_op&>(op).ended = true; };
    kind = wanted;
    handle = on;
    data = room;
    size = length;
  }
  char room[16] = {'n', 'o', 'n', 'e'};
  bool ended = false;
};

/// A pipe, and a reactor that has it.
class used_pipe {
 public:
  used_pipe() : io_(make()) { REQUIRE(system_calls().pipe2(ends_, O_NONBLOCK | O_CLOEXEC) == 0); }
  used_pipe(const used_pipe&) = delete;
  used_pipe& operator=(const used_pipe&) = delete;
  ~used_pipe() {
    for (const int end : ends_) {
      io_->forget(end);
      system_calls().close(end);
    }
  }

  int read_end() const { return ends_[0]; }
  int write_end() const { return ends_[1]; }
  void start(pipe_op& op) { op.ended = io_->start(op); }
  /// Looks a few times, as an end may be on its way.
  void look() {
    for (int i = 0; i < 5; ++i) io_->wait(1'000'000);
  }
  std::int64_t result_of(pipe_op& op) {
    for (int i = 0; !op.ended && i < 1'000; ++i) io_->wait(1'000'000);
    CHECK(op.ended);
    return op.result;
  }

 private:
  static std::unique_ptr<rill::reactor> make() {
    rill::loop_options options = rill_test::backend_options();
    if (options.custom_reactor) return std::move(options.custom_reactor);
    return rill::make_reactor(options.backend);
  }

  std::unique_ptr<rill::reactor> io_;
  int ends_[2] = {};
};

}  // namespace

RILL_REACTOR_TEST_CASE("a write of nothing into a pipe ends with 0, and its reader sees nothing",
                       "[pipe_operations]") {
  used_pipe pipe;
  pipe_op reading(rill::io_kind::read, pipe.read_end(), 16);
  pipe.start(reading);
  CHECK_FALSE(reading.ended);
  pipe_op nothing(rill::io_kind::write, pipe.write_end(), 0);
  pipe.start(nothing);
  CHECK(pipe.result_of(nothing) == 0);
  CHECK(system_calls().write(pipe.write_end(), "", 0) == 0);
  pipe.look();
  CHECK_FALSE(reading.ended);
  pipe_op something(rill::io_kind::write, pipe.write_end(), 4);
  pipe.start(something);
  CHECK(pipe.result_of(something) == 4);
  CHECK(pipe.result_of(reading) == 4);
  CHECK(std::string_view(reading.room, 4) == "none");
}

RILL_REACTOR_TEST_CASE("a read of nothing from a pipe ends with 0, and takes nothing",
                       "[pipe_operations]") {
  used_pipe pipe;
  pipe_op nothing(rill::io_kind::read, pipe.read_end(), 0);
  pipe.start(nothing);
  CHECK(pipe.result_of(nothing) == 0);
  CHECK(system_calls().write(pipe.write_end(), "kept", 4) == 4);
  pipe_op again(rill::io_kind::read, pipe.read_end(), 0);
  pipe.start(again);
  CHECK(pipe.result_of(again) == 0);
  pipe_op reading(rill::io_kind::read, pipe.read_end(), 16);
  pipe.start(reading);
  CHECK(pipe.result_of(reading) == 4);
  CHECK(std::string_view(reading.room, 4) == "kept");
}
