// SPDX-License-Identifier: BSL-1.0
#include "rill/core/errors.hpp"

#include <exception>
#include <string>

#include "rill/core/detail/promise_base.hpp"
#include "rill/core/exception_context.hpp"
#include "rill/core/result.hpp"

namespace rill {

namespace detail {

void throw_usage(const char* what) { throw usage_error(what); }

void throw_invalid_state(const char* what) { throw invalid_state_error(what); }

void promise_base::throw_unusable() const {
  if (broken()) {
    throw usage_error(
        "rill: GCC 12 has miscompiled this coroutine: it awaits inside a condition (if, while, for "
        "or switch) and "
        "declares nothing in its body. Give the awaited value a name on a line of its own, then "
        "test it; see "
        "docs/guide/gcc-12.md. The frame is leaked");
  }
  throw usage_error(
      "rill: this coroutine was awaited, or given to a task, before; a coroutine runs once");
}

}  // namespace detail

std::string describe_exception(const std::exception_ptr& error) {
  if (!error) return "no exception";
  try {
    std::rethrow_exception(error);
  } catch (const cancelled_error& cancelled) {
    std::string text = "cancelled";
    if (!cancelled.reason().empty()) text.append(": ").append(cancelled.reason());
    return text;
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "an exception that is not a std::exception";
  }
}

}  // namespace rill
