// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/stream_errors.hpp"

namespace rill {

namespace {

std::string describe(std::size_t partial, std::optional<std::size_t> expected) {
  std::string text = "rill: the stream has ended after " + std::to_string(partial);
  text += expected ? " of " + std::to_string(*expected) + " bytes" : " bytes, without a separator";
  return text;
}

}  // namespace

incomplete_read_error::incomplete_read_error(std::string partial,
                                             std::optional<std::size_t> expected)
    : std::runtime_error(describe(partial.size(), expected)),
      partial_(std::move(partial)),
      expected_(expected) {}

}  // namespace rill
