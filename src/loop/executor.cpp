// SPDX-License-Identifier: BSL-1.0
#include "rill/loop/executor.hpp"

#include <cstdio>
#include <mutex>
#include <string>
#include <utility>

#include "rill/core/scheduler.hpp"

namespace rill {

namespace {

using job_error_handler = unique_function<void(const exception_context&)>;

struct handler_place {
  std::mutex mutex;
  job_error_handler handler;
};

handler_place& job_errors() noexcept {
  // Never destroyed: threads may have something to tell while the program ends.
  static handler_place& place = *new handler_place;
  return place;
}

}  // namespace

job::~job() {
  if (core_) core_->cancel(detail::shared_text());
}

void job::run() noexcept { std::exchange(core_, {})->perform(); }

void job::refuse(std::exception_ptr error) noexcept {
  std::exchange(core_, {})->refuse(std::move(error));
}

void set_job_error_handler(unique_function<void(const exception_context&)> handler) {
  handler_place& place = job_errors();
  const std::lock_guard guard(place.mutex);
  place.handler = std::move(handler);
}

namespace detail {

void report_job_error(const char* what, const std::exception_ptr& error) noexcept {
  try {
    const std::string text = what + describe_exception(error);
    const exception_context context{text, error, nullptr};
    if (scheduler* const here = scheduler::current()) {
      here->report(context);
      return;
    }
    handler_place& place = job_errors();
    const std::lock_guard guard(place.mutex);
    if (place.handler) {
      place.handler(context);
    } else {
      std::fprintf(stderr, "%s\n", text.c_str());
    }
  } catch (...) {  // a handler that throws, or no memory: nobody is left to be told
  }
}

}  // namespace detail
}  // namespace rill
