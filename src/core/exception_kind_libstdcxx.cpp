// SPDX-License-Identifier: BSL-1.0
// exception_ptr of libstdc++ knows its type; for a final one the comparison is exact.
#include <exception>
#include <typeinfo>

#include "rill/core/errors.hpp"

namespace rill::detail {

namespace {

bool is_of_type(const std::exception_ptr& error, const std::type_info& wanted) noexcept {
  const std::type_info* const type = error.__cxa_exception_type();
  return type != nullptr && *type == wanted;
}

}  // namespace

bool is_cancellation(const std::exception_ptr& error) noexcept {
  return is_of_type(error, typeid(cancelled_error));
}

bool is_generator_exit(const std::exception_ptr& error) noexcept {
  return is_of_type(error, typeid(generator_exit));
}

}  // namespace rill::detail
