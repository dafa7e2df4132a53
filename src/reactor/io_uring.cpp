// SPDX-License-Identifier: BSL-1.0
//
// The io_uring reactor, as the table of reactors knows it.
#include <cerrno>
#include <memory>

#include "reactor/factories.hpp"
#include "reactor/io_uring_reactor.hpp"
#include "reactor/io_uring_rung.hpp"
#include "rill/base/error.hpp"

namespace rill::detail {

std::unique_ptr<reactor> make_io_uring() { return std::make_unique<io_uring_reactor>(); }

std::unique_ptr<reactor> make_io_uring_on(io_uring_rung first) {
  return std::make_unique<io_uring_reactor>(first);
}

std::unique_ptr<reactor> make_fast_io_uring() {
  auto made = std::make_unique<io_uring_reactor>();
  if (!made->is_fast()) throw_system_error(EOPNOTSUPP, "rill: io_uring before Linux 6.1");
  return made;
}

}  // namespace rill::detail
