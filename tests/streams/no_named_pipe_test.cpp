// SPDX-License-Identifier: BSL-1.0
#include <system_error>

#include "rill/streams/named_pipe.hpp"
#include "streams/stream_pair.hpp"
#include "support/coroutine_case.hpp"

namespace {

template <class Function>
std::error_code error_of(Function function) {
  try {
    function();
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

rill::coro<> serve_nobody(rill::stream_reader /*reader*/, rill::stream_writer /*writer*/) {
  co_return;
}

}  // namespace

RILL_TEST_CASE("named pipes of two directions are refused where there are none", "[named_pipe]") {
  const std::error_code connecting =
      error_of([] { static_cast<void>(rill::open_pipe_connection("/tmp/pipe")); });
  const std::error_code serving =
      error_of([] { static_cast<void>(rill::start_pipe_server(serve_nobody, "/tmp/pipe")); });
  CHECK(connecting == std::errc::not_supported);
  CHECK(serving == std::errc::not_supported);
  co_return;
}
