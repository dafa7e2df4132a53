// SPDX-License-Identifier: BSL-1.0
//
// Both ends of the channel between a pool and a worker, in one process.
#pragma once

#include "exec/process_channel.hpp"
#include "rill/exec/detail/process_wire.hpp"

namespace rill_test {

/// What is written to `out` comes out of `in`.
struct channel_ends {
  channel_ends() : channel_ends(rill::detail::make_channel_pair()) {}
  explicit channel_ends(rill::detail::channel_pair pair)
      : here(pair.own), there(pair.other), out(here), in(there) {}
  rill::detail::process_channel here;
  rill::detail::process_channel there;
  rill::detail::wire_writer out;
  rill::detail::wire_reader in;
};

}  // namespace rill_test
