// SPDX-License-Identifier: BSL-1.0
//
// What awaiting something throws.
#pragma once

#include <system_error>
#include <utility>

#include "rill/core/coro.hpp"
#include "support/catch.hpp"

namespace rill_test {

/// Checks that awaiting `work`, a coroutine or a task, throws such an error.
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

/// The code of the system_error that awaiting `work` throws, or none.
template <class T>
rill::coro<std::error_code> failure_of(rill::coro<T> work) {
  std::error_code code;
  try {
    co_await std::move(work);
  } catch (const std::system_error& error) {
    code = error.code();
  }
  co_return code;
}

}  // namespace rill_test
