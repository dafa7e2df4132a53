// SPDX-License-Identifier: BSL-1.0
//
// Reads and writes of pipes as operations of the running loop's reactor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "rill/loop/detail/loop_services.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/io_awaiter.hpp"

namespace rill_test {

inline rill::reactor& running_reactor() {
  return rill::detail::loop_services::of(rill::detail::scheduler::require_current()).io();
}

/// One operation on a handle that the reactor does not own.
class one_operation final : public rill::detail::io_awaiter {
 public:
  one_operation(rill::io_kind wanted, rill::native_handle on, void* bytes, std::size_t count)
      : io_awaiter(running_reactor()) {
    kind = wanted;
    handle = on;
    data = bytes;
    size = count;
  }
  std::int64_t await_resume() { return finish(); }
};

inline one_operation write_to(rill::native_handle handle, std::string& text) {
  return {rill::io_kind::write, handle, text.data(), text.size()};
}

inline one_operation read_from(rill::native_handle handle, std::string& room) {
  return {rill::io_kind::read, handle, room.data(), room.size()};
}

}  // namespace rill_test
