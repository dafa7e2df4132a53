// SPDX-License-Identifier: BSL-1.0
//
// Coroutines in a shape that GCC 12 lays out wrongly. Elsewhere they are right; there they must be
// refused with advice, and nothing may crash. The lint does not look at this file.
#include <string>

#include "rill/base/config.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "support/coroutine_case.hpp"

using rill::coro;

namespace {

coro<bool> stop_now() {
  co_await rill::yield();
  co_return true;
}

// Declares nothing at any depth and awaits in a condition.
coro<> await_in_condition() {
  while (true) {
    if (co_await stop_now()) break;
  }
}

// The same with one declaration.
coro<int> await_beside_declaration() {
  const int result = 5;
  while (true) {
    if (co_await stop_now()) break;
  }
  co_return result;
}

}  // namespace

RILL_TEST_CASE("a broken frame is refused at its first await", "[broken_frame]") {
  std::string text;
  try {
    co_await await_in_condition();
  } catch (const rill::usage_error& error) {
    text = error.what();
  }
  if (RILL_GCC_BROKEN_FRAMES != 0) {
    CHECK(text.find("GCC 12 has miscompiled this coroutine") != std::string::npos);
    CHECK(text.find("docs/guide/gcc-12.md") != std::string::npos);
  } else {
    CHECK(text.empty());
  }
}

RILL_TEST_CASE("a broken frame is refused by create_task", "[broken_frame]") {
  std::string text;
  try {
    const rill::task<> task = rill::create_task(await_in_condition());
    co_await task;
  } catch (const rill::usage_error& error) {
    text = error.what();
  }
  CHECK(text.empty() == (RILL_GCC_BROKEN_FRAMES == 0));
  // Dropped without being awaited.
  {
    const coro<> unused = await_in_condition();
  }
  co_await rill::yield();
}

RILL_TEST_CASE("one declaration in the body makes the frame right", "[broken_frame]") {
  const int result = co_await await_beside_declaration();
  CHECK(result == 5);
}

// An assertion declares something; so the bodies of cases are safe.
RILL_TEST_CASE("a case with an assertion may await in a condition", "[broken_frame]") {
  if (co_await stop_now()) {
    CHECK(true);
  }
}
