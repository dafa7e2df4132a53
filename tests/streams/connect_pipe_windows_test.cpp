// SPDX-License-Identifier: BSL-1.0
//
// Handles of the system beside descriptors of the C runtime, which have numbers of their own.
#include <fcntl.h>
#include <io.h>

#include <memory>
#include <string>

#include "base/system_calls.hpp"
#include "rill/streams/connect_pipe.hpp"
#include "support/coroutine_case.hpp"
#include "support/let_run.hpp"

namespace {

class quiet_protocol : public rill::stream_protocol {};

/// A descriptor of the C runtime with that number: the writing end of a pipe.
class descriptor_of_runtime {
 public:
  explicit descriptor_of_runtime(int number) : number_(number) {
    int ends[2] = {};
    REQUIRE(::_pipe(ends, 512, _O_BINARY | _O_NOINHERIT) == 0);
    REQUIRE(::_dup2(ends[1], number) == 0);
    ::_close(ends[0]);
    ::_close(ends[1]);
  }
  descriptor_of_runtime(const descriptor_of_runtime&) = delete;
  descriptor_of_runtime& operator=(const descriptor_of_runtime&) = delete;
  ~descriptor_of_runtime() { ::_close(number_); }

 private:
  const int number_;
};

}  // namespace

RILL_IO_TEST_CASE("a handle is not taken for the descriptor of its number", "[connect_pipe]") {
  int ends[2] = {};
  REQUIRE(rill::detail::system_calls().pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
  const descriptor_of_runtime same_number(ends[1]);
  const auto factory = [] { return std::make_shared<quiet_protocol>(); };
  auto [transport, protocol] = co_await rill::connect_write_pipe(factory, ends[1]);
  co_await rill_test::let_run();
  CHECK_FALSE(transport->is_closing());
  transport->write("through the handle");
  transport->write_eof();
  rill::stream_reader reader = rill::connect_read_pipe(ends[0]);
  const std::string all = co_await reader.read();
  CHECK(all == "through the handle");
}
