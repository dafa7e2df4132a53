// SPDX-License-Identifier: BSL-1.0
// check_stream(): everything that a stream promises, checked on a kind of stream.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "rill/core/coro.hpp"
#include "rill/streams/memory_stream.hpp"

namespace rill::testing {

// [check_stream]
/// Makes a fresh pair of connected streams.
using stream_maker = std::function<coro<connection_pair>()>;

/// What a kind of stream can do.
struct stream_traits {
  bool half_close = true;  ///< write_eof() ends one direction and leaves the other open
  bool one_object = true;  ///< closing the writer ends its reader, too; not so of two pipes
};

/// Thrown for a promise that is not kept; the text names the check and what was wrong.
class stream_check_error : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Checks that what `make` makes behaves as streams do: bytes arrive, in order, whatever the
/// pieces; reads and their limits; flow control; ends, losses and closing; cancellation of each
/// wait; bad use. Each check has a pair of its own and uses it both ways. For kinds of streams that
/// you make yourself, and for rill's own. trio: check_two_way_stream() and
/// check_half_closeable_stream().
///
/// Never waits for a time: runs in a virtual one, too, where a check that hangs ends with a
/// deadlock_error, if the streams are not ones of the system. **Throws** stream_check_error for the
/// first promise broken. **Cancellation** ends it.
coro<> check_stream(stream_maker make, stream_traits traits = {});

/// One check of the list, by its name; std::invalid_argument if there is none. For test frameworks
/// that show each as a case.
coro<> check_stream(std::string name, stream_maker make, stream_traits traits = {});
/// The names of all checks.
std::vector<std::string_view> stream_checks();
// [/check_stream]

}  // namespace rill::testing
