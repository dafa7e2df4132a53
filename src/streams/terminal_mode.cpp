// SPDX-License-Identifier: BSL-1.0
// What a terminal_mode is on every system: the owner of a record, which the system's file knows.
#include <utility>

#include "rill/streams/terminal.hpp"

namespace rill {

terminal_mode::terminal_mode() noexcept = default;

terminal_mode::terminal_mode(terminal_mode&& other) noexcept
    : record_(std::exchange(other.record_, nullptr)) {}

terminal_mode& terminal_mode::operator=(terminal_mode&& other) noexcept {
  if (this != &other) {
    restore();
    record_ = std::exchange(other.record_, nullptr);
  }
  return *this;
}

terminal_mode::~terminal_mode() { restore(); }

}  // namespace rill
