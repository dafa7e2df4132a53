// SPDX-License-Identifier: BSL-1.0
//
// Each way to use a handle that others share, as a kind of stream.
#include "streams/standard_handle.hpp"

#include <memory>
#include <string>
#include <utility>

#include "rill/streams/connection.hpp"
#include "rill/testing/check_stream.hpp"
#include "streams/stream_core.hpp"
#include "support/coroutine_case.hpp"
#include "support/standard_handles.hpp"

namespace {

using rill::connection;
using rill::connection_pair;
using rill::detail::open_standard_handle;
using rill::detail::standard_use;
using rill::detail::stream_access;
using rill::detail::stream_core;
using rill_test::blocking_pair;

rill::stream_reader reader_of(int handle) {
  auto device = open_standard_handle(handle, standard_use::read, "the reader's handle");
  return stream_access::reader(stream_core::create(std::move(device), rill::default_stream_limit));
}

rill::stream_writer writer_of(int handle) {
  auto device = open_standard_handle(handle, standard_use::write, "the writer's handle");
  return stream_access::writer(stream_core::create(std::move(device), rill::default_stream_limit));
}

connection_pair over(const blocking_pair& there, const blocking_pair& back) {
  return {connection(reader_of(back.out()), writer_of(there.in())),
          connection(reader_of(there.out()), writer_of(back.in()))};
}

// The streams have handles of their own when this closes the ones of the pipes.
rill::coro<connection_pair> over_pipes() {
  const blocking_pair there(false);
  const blocking_pair back(false);
  connection_pair made = over(there, back);
  co_return std::move(made);
}

rill::coro<connection_pair> over_sockets() {
  const blocking_pair there(true);
  const blocking_pair back(true);
  connection_pair made = over(there, back);
  co_return std::move(made);
}

rill::testing::stream_traits of_two_handles() {
  rill::testing::stream_traits traits;
  traits.one_object = false;
  return traits;
}

}  // namespace

RILL_IO_TEST_CASE("shared pipes, opened anew, keep all promises of streams", "[standard_handle]") {
  co_await rill::testing::check_stream(over_pipes, of_two_handles());
}

RILL_IO_TEST_CASE("shared pipes, waited for, keep all promises of streams", "[standard_handle]") {
  const rill_test::nothing_opens_anew forbidden;
  co_await rill::testing::check_stream(over_pipes, of_two_handles());
}

RILL_IO_TEST_CASE("shared sockets keep all promises of streams", "[standard_handle]") {
  co_await rill::testing::check_stream(over_sockets, of_two_handles());
}
