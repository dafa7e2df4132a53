// SPDX-License-Identifier: BSL-1.0
//
// The IOCP reactor, as the table of reactors knows it.
#include <memory>

#include "reactor/factories.hpp"
#include "reactor/iocp_reactor.hpp"

namespace rill::detail {

std::unique_ptr<reactor> make_iocp() { return std::make_unique<iocp_reactor>(); }

}  // namespace rill::detail
