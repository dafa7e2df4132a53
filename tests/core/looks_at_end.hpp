// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>
#include <vector>

#include "rill/core/context_var.hpp"

namespace rill_test {

/// Looks at a variable when it goes, and tells what it has found.
struct looks_at_end {
  looks_at_end(std::vector<int>& to, const rill::context_var<int>& looked_at)
      : seen(&to), variable(&looked_at) {}
  looks_at_end(looks_at_end&& other) noexcept
      : seen(std::exchange(other.seen, nullptr)), variable(other.variable) {}
  looks_at_end& operator=(looks_at_end&&) = delete;
  ~looks_at_end() {
    if (seen != nullptr) seen->push_back(variable->get());
  }
  std::vector<int>* seen;
  const rill::context_var<int>* variable;
};

}  // namespace rill_test
