// SPDX-License-Identifier: BSL-1.0
//
// Checks that awaiting something throws.
#pragma once

#include <utility>

#include "rill/core/coro.hpp"
#include "support/catch.hpp"

namespace rill_test {

template <class Error, class T>
rill::coro<> must_throw(rill::coro<T> work) {
  bool thrown = false;
  try {
    co_await std::move(work);
  } catch (const Error&) {
    thrown = true;
  }
  CHECK(thrown);
}

}  // namespace rill_test
