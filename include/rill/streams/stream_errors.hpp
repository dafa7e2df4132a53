// SPDX-License-Identifier: BSL-1.0
// The exceptions that reading from a stream throws beside those of the connection.
#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace rill {

// [stream_errors]
/// Thrown when a stream ends before what was asked for has come. asyncio: IncompleteReadError.
class incomplete_read_error : public std::runtime_error {
 public:
  incomplete_read_error(std::string partial, std::optional<std::size_t> expected);

  /// What had come; it has been taken out of the reader.
  const std::string& partial() const noexcept { return partial_; }
  /// How many bytes were asked for; nothing if that is not known, as in readuntil().
  std::optional<std::size_t> expected() const noexcept { return expected_; }

 private:
  std::string partial_;
  std::optional<std::size_t> expected_;
};

/// Thrown when no separator comes within the reader's limit. asyncio: LimitOverrunError, and the
/// ValueError of readline(), which is this one type here.
class limit_overrun_error : public std::length_error {
 public:
  limit_overrun_error(const char* text, std::size_t consumed)
      : std::length_error(text), consumed_(consumed) {}

  /// readuntil(): how many bytes may be skipped without missing a separator; they are still in the
  /// reader. readline(): how many bytes were thrown away.
  std::size_t consumed() const noexcept { return consumed_; }

 private:
  std::size_t consumed_;
};
// [/stream_errors]

}  // namespace rill
