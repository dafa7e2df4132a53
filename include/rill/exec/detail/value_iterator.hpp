// SPDX-License-Identifier: BSL-1.0
// value_iterator: goes over results that come one by one.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>

namespace rill::detail {

/// Of the moment: an input iterator that keeps the value it stands on. `Results` has take_next(),
/// which gives the next value, or none behind the last.
template <class Results>
class value_iterator {
 public:
  using value_type = typename Results::value_type;
  using difference_type = std::ptrdiff_t;

  explicit value_iterator(Results& from) : from_(&from) { from_->take_next(value_); }
  value_type& operator*() const noexcept { return *value_; }
  value_iterator& operator++() {
    from_->take_next(value_);
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const value_iterator& at, std::default_sentinel_t /*end*/) noexcept {
    return !at.value_.has_value();
  }

 private:
  Results* from_;
  mutable std::optional<value_type> value_;
};

}  // namespace rill::detail
