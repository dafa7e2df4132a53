// SPDX-License-Identifier: BSL-1.0
#include "rill/loop/io_op.hpp"

#include <cstddef>
#include <type_traits>

#include "support/catch.hpp"

TEST_CASE("a fresh operation belongs to no reactor and has no result", "[io_op]") {
  static_assert(!std::is_copy_constructible_v<rill::io_op>);
  static_assert(!std::is_move_constructible_v<rill::io_op>);
  const rill::io_op op;
  CHECK(op.complete == nullptr);
  CHECK(op.handle == rill::invalid_handle);
  CHECK(op.result == 0);
  CHECK(op.reactor_state == 0);
  CHECK(op.next == nullptr);
}

TEST_CASE("the special results are no system errors", "[io_op]") {
  static_assert(rill::io_cancelled < -4096);
  static_assert(rill::io_closed < -4096);
  CHECK(rill::io_cancelled != rill::io_closed);
}

TEST_CASE("the data of message operations is a message", "[io_op]") {
  rill::io_message message;
  rill::io_op op;
  op.kind = rill::io_kind::receive_message;
  op.data = &message;
  CHECK(&op.message() == &message);
  CHECK(!message.truncated);
}
