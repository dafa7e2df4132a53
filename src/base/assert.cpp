// SPDX-License-Identifier: BSL-1.0
#include "rill/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

#include "rill/base/detail/atomic.hpp"

namespace rill {

namespace {

void write_to_standard_error(const char* file, int line, const char* condition,
                             const char* advice) {
  std::fprintf(stderr, "rill: %s (%s:%d: %s)\n", advice, file, line, condition);
}

constinit detail::atomic<assertion_handler> current_handler{&write_to_standard_error};

}  // namespace

assertion_handler set_assertion_handler(assertion_handler handler) noexcept {
  return current_handler.exchange(handler != nullptr ? handler : &write_to_standard_error);
}

namespace detail {

void assertion_failed(const char* file, int line, const char* condition,
                      const char* advice) noexcept {
  current_handler.load()(file, line, condition, advice);
  std::abort();
}

}  // namespace detail
}  // namespace rill
