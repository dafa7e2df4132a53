// SPDX-License-Identifier: BSL-1.0
// The exceptions of the core, with asyncio's meaning.
#pragma once

#include <stdexcept>
#include <string_view>

#include "rill/base/detail/shared_text.hpp"

namespace rill {

// [cancelled_error]
/// Thrown at an await when the task was asked to stop there. asyncio: CancelledError.
///
/// Does not derive from std::exception, so that an ordinary handler cannot swallow it; a `catch
/// (...)` must rethrow it. A coroutine that catches it may clean up, await, and may even refuse to
/// stop.
class cancelled_error final {
 public:
  cancelled_error() noexcept = default;
  explicit cancelled_error(std::string_view reason) : reason_(reason) {}
  explicit cancelled_error(detail::shared_text reason) noexcept : reason_(std::move(reason)) {}

  /// What was given to cancel(); empty if nothing was.
  std::string_view reason() const noexcept { return reason_.view(); }

 private:
  detail::shared_text reason_;
};
// [/cancelled_error]

// [timeout_error]
/// Thrown when a time limit set by the program has passed. asyncio: TimeoutError.
class timeout_error : public std::runtime_error {
 public:
  timeout_error() : std::runtime_error("rill: the time limit has passed") {}
  using std::runtime_error::runtime_error;
};
// [/timeout_error]

// [invalid_state_error]
/// Thrown when a future is read before it is done, or completed twice. asyncio: InvalidStateError.
class invalid_state_error : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};
// [/invalid_state_error]

// [usage_error]
/// Thrown on misuse of rill: the text says what to do instead. asyncio: RuntimeError.
class usage_error : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};
// [/usage_error]

// [generator_exit]
/// Thrown at the co_yield at which an async_generator stands that is being closed. asyncio:
/// GeneratorExit.
///
/// Does not derive from std::exception, so that an ordinary handler cannot swallow it. A generator
/// that catches it may clean up and await, but must not yield again.
class generator_exit final {};
// [/generator_exit]

namespace detail {

[[noreturn]] void throw_usage(const char* what);
[[noreturn]] void throw_invalid_state(const char* what);

}  // namespace detail

}  // namespace rill
