// SPDX-License-Identifier: BSL-1.0
// Where exception_ptr does not tell its type, it is thrown to learn it.
#include <exception>

#include "rill/core/errors.hpp"

namespace rill::detail {

namespace {

template <class Wanted>
bool is_of_type(const std::exception_ptr& error) noexcept {
  if (!error) return false;
  try {
    std::rethrow_exception(error);
  } catch (const Wanted&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

bool is_cancellation(const std::exception_ptr& error) noexcept {
  return is_of_type<cancelled_error>(error);
}

bool is_generator_exit(const std::exception_ptr& error) noexcept {
  return is_of_type<generator_exit>(error);
}

}  // namespace rill::detail
