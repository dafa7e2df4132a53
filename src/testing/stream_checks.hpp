// SPDX-License-Identifier: BSL-1.0
// The checks that check_stream() runs, and how they say what is wrong.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "rill/core/coro.hpp"
#include "rill/core/yield.hpp"
#include "rill/streams/connection.hpp"

namespace rill::testing::detail {

/// One promise of streams. `far` reads what `near` writes.
struct stream_check {
  std::string_view name;
  coro<> (*run)(connection& near, connection& far);
  bool needs_half_close = false;
  bool needs_one_object = false;
};

std::span<const stream_check> reading_checks();
std::span<const stream_check> writing_checks();
std::span<const stream_check> ending_checks();

class broken_promise : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline void require(bool kept, const char* promise) {
  if (!kept) throw broken_promise(promise);
}

inline void require_same(std::string_view got, std::string_view wanted, const char* promise) {
  if (got == wanted) return;
  throw broken_promise(std::string(promise) + ": " + std::to_string(got.size()) + " bytes, not " +
                       std::to_string(wanted.size()) + " or not these");
}

/// Bytes whose place can be told.
inline std::string some_bytes(std::size_t count) {
  constexpr std::size_t period = 251;
  std::string bytes(count, '\0');
  for (std::size_t i = 0; i < std::min(count, period); ++i) {
    bytes[i] = static_cast<char>(i * 131 % period);
  }
  for (std::size_t done = period; done < count; done *= 2) {
    std::memcpy(bytes.data() + done, bytes.data(), std::min(done, count - done));
  }
  return bytes;
}

inline coro<> some_turns(int count = 20) {
  for (int i = 0; i < count; ++i) co_await yield();
}

/// More than any stream takes from a writer while nobody reads.
inline constexpr std::size_t too_much = 16 * 1024 * 1024;

enum class outcome { value, loss, end_of_stream, overrun, bad_use, cancelled, other };

/// How waiting for it ends.
coro<outcome> outcome_of_waiting(coro<> work);

template <class Work>
coro<> without_value(Work work) {
  co_await std::move(work);
}

}  // namespace rill::testing::detail
