// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/channel.hpp"

#include <stdexcept>
#include <string>

#include "rill/core/errors.hpp"
#include "rill/sync/sync_errors.hpp"

namespace rill {

channel_closed::channel_closed()
    : std::runtime_error("rill: nobody receives from this channel any more") {}

namespace detail {

void throw_channel_closed() { throw channel_closed(); }

void throw_closed_end(const char* end) {
  throw_usage(("rill: this " + std::string(end) +
               " of a channel is closed or was moved from; keep a copy of an open one")
                  .c_str());
}

std::size_t checked_capacity(std::ptrdiff_t capacity) {
  if (capacity < 0) {
    throw std::invalid_argument(
        "rill: a channel holds a number of items that is not negative; 0 hands each over");
  }
  return static_cast<std::size_t>(capacity);
}

}  // namespace detail

}  // namespace rill
