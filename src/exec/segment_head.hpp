// SPDX-License-Identifier: BSL-1.0
// What memory begins with that processes share; its items follow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <typeinfo>

#include "rill/core/errors.hpp"

namespace rill::detail {

struct segment_head {
  /// The items begin here, aligned for whatever they are.
  static constexpr std::size_t size = 128;

  static segment_head of(const std::type_info& type, std::size_t count) noexcept {
    return {type.hash_code(), count};
  }
  /// What so many items take, with the head. Throws std::length_error.
  static std::size_t bytes_for(std::size_t count, std::size_t item_size) {
    constexpr std::size_t most = std::numeric_limits<std::ptrdiff_t>::max();
    if (count > (most - size) / item_size) {
      throw std::length_error("rill: a shared_array cannot be that large");
    }
    return size + count * item_size;
  }
  /// Throws usage_error.
  void must_be(const std::type_info& wanted) const {
    if (type != wanted.hash_code()) {
      throw_usage("rill: the memory that another process shares holds another type");
    }
  }

  std::uint64_t type;
  std::uint64_t count;
};

}  // namespace rill::detail
