// SPDX-License-Identifier: BSL-1.0
// What an exception handler of a loop is told about an error that nobody else can see.
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace rill {

class any_task;

// [exception_context]
/// What call_exception_handler() is given. asyncio: the context dictionary. The views and pointers
/// are valid during the call only.
struct exception_context {
  /// One sentence: what went wrong and where.
  std::string_view message;
  /// The error, or null if there is none to show.
  std::exception_ptr exception;
  /// The task concerned, or null.
  const any_task* task = nullptr;
};
// [/exception_context]

// [describe_exception]
/// The text of an exception, for messages: what() of a std::exception, the reason of a
/// cancelled_error, else a statement that it is of another type.
std::string describe_exception(const std::exception_ptr& error);
// [/describe_exception]

}  // namespace rill
