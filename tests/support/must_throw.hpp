// SPDX-License-Identifier: BSL-1.0
//
// Checks that awaiting something throws.
#pragma once

#include <utility>

#include "rill/core/coro.hpp"
#include "support/catch.hpp"

namespace rill_test {

/// `work`: a coroutine or a task.
template <class Error, class Awaited>
rill::coro<> must_throw(Awaited work) {
  bool thrown = false;
  try {
    co_await std::move(work);
  } catch (const Error&) {
    thrown = true;
  }
  CHECK(thrown);
}

}  // namespace rill_test
