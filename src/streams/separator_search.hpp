// SPDX-License-Identifier: BSL-1.0
// Finds where a piece of a stream ends: the search of readuntil() and readline(), without streams.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace rill::detail {

/// A separator in a text.
struct separator_match {
  bool found = false;
  std::size_t start = 0;  // of the separator
  std::size_t end = 0;    // one behind it
};

/// Looks for the first end of any separator in a text that grows at the back, and looks at no byte
/// more often than it must. Refers to the separators, of which none may be empty.
class separator_search {
 public:
  explicit separator_search(std::span<const std::string> separators) noexcept;

  /// Looks at the whole text so far. If nothing is found: no separator starts before certain().
  separator_match look(std::string_view text) noexcept;
  std::size_t certain() const noexcept { return certain_; }

 private:
  std::span<const std::string> separators_;
  std::size_t longest_ = 0;
  std::size_t certain_ = 0;  // no separator starts before this
};

}  // namespace rill::detail
