// SPDX-License-Identifier: BSL-1.0
//
// The io_uring reactor, as the table of reactors knows it.
#include <memory>

#include "reactor/factories.hpp"
#include "reactor/io_uring_reactor.hpp"

namespace rill::detail {

std::unique_ptr<reactor> make_io_uring() { return std::make_unique<io_uring_reactor>(); }

}  // namespace rill::detail
