// SPDX-License-Identifier: BSL-1.0
// The factories of the reactors that may be compiled in. Each throws std::system_error, whose text
// says why, when its reactor does not work here.
#pragma once

#include <memory>

#include "rill/loop/reactor.hpp"

namespace rill::detail {

std::unique_ptr<reactor> make_epoll();
std::unique_ptr<reactor> make_io_uring();
std::unique_ptr<reactor> make_poll();

}  // namespace rill::detail
