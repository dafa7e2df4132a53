// SPDX-License-Identifier: BSL-1.0
#include "net/protocol_calls.hpp"

#include <new>
#include <string>

#include "rill/core/exception_context.hpp"

namespace rill::detail {

std::exception_ptr report_callback(scheduler& owner, const char* function) noexcept {
  const std::exception_ptr error = std::current_exception();
  try {
    const std::string text = std::string("rill: ") + function +
                             "() of a protocol has thrown: " + describe_exception(error);
    owner.report({text, error, nullptr});
  } catch (const std::bad_alloc&) {
    owner.report({"rill: a protocol has thrown", error, nullptr});
  }
  return error;
}

void flow_control::pause(scheduler& owner, base_protocol& told) noexcept {
  paused_ = true;
  call_protocol(owner, "pause_writing", [&] { told.pause_writing(); });
}

void flow_control::resume(scheduler& owner, base_protocol& told) noexcept {
  paused_ = false;
  call_protocol(owner, "resume_writing", [&] { told.resume_writing(); });
}

}  // namespace rill::detail
