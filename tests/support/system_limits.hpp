// SPDX-License-Identifier: BSL-1.0
//
// What a system may lack of what the library passes on. Each question tries it out, with nothing of
// the library: a case that needs it is marked as skipped then, with what was seen, and must return.
// docs/design/iocp.md has the list.
#pragma once

#include <cstddef>

namespace rill_test {

/// A connection that its peer resets ends as if it had been closed in order.
bool loses_resets();

/// Of a connected datagram socket: that a datagram was refused is forgotten with the next send.
bool loses_refusals();

/// A receive that waits is left waiting when its half of the connection is shut down.
bool leaves_receives_waiting();

/// An address whose connections are still dying is not refused to others. Skips nothing.
bool shares_dying_addresses();

/// This process cannot have as many handles. The limit is raised if it can be.
bool lacks_descriptors(std::size_t needed);

}  // namespace rill_test
