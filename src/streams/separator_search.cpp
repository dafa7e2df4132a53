// SPDX-License-Identifier: BSL-1.0
#include "streams/separator_search.hpp"

#include <algorithm>

namespace rill::detail {

separator_search::separator_search(std::span<const std::string> separators) noexcept
    : separators_(separators) {
  for (const std::string& separator : separators) longest_ = std::max(longest_, separator.size());
}

separator_match separator_search::look(std::string_view text) noexcept {
  separator_match best;
  for (const std::string& separator : separators_) {
    // What ends behind the best end so far cannot win.
    const std::string_view part = best.found ? text.substr(0, best.end) : text;
    const std::size_t start = part.find(separator, certain_);
    if (start == std::string_view::npos) continue;
    const std::size_t end = start + separator.size();
    const bool shorter = best.found && end == best.end && start > best.start;
    if (!best.found || end < best.end || shorter) best = {true, start, end};
  }
  if (!best.found && text.size() + 1 > longest_) {
    certain_ = std::max(certain_, text.size() + 1 - longest_);
  }
  return best;
}

}  // namespace rill::detail
