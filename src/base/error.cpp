// SPDX-License-Identifier: BSL-1.0
#include "rill/base/error.hpp"

#include <stdexcept>
#include <string>
#include <system_error>

#include "base/system_errors.hpp"
#include "rill/base/unique_function.hpp"

namespace rill::detail {

void throw_system_error(int code, std::string_view what) {
  throw std::system_error(code, system_errors(), std::string(what));
}

void throw_invalid_argument(std::string_view what) {
  throw std::invalid_argument(std::string(what));
}

void throw_logic_error(std::string_view what) { throw std::logic_error(std::string(what)); }

void throw_empty_function() {
  throw_logic_error("rill: an empty unique_function was called; test it with if (function) first");
}

}  // namespace rill::detail
