// SPDX-License-Identifier: BSL-1.0
// The reactors that may be compiled in. A factory throws std::system_error, whose text says why,
// when its reactor does not work here.
#pragma once

#include <memory>
#include <span>

#include "rill/loop/reactor.hpp"

namespace rill::detail {

std::unique_ptr<reactor> make_epoll();
std::unique_ptr<reactor> make_io_uring();
/// Throws also where io_uring works, but is no better than epoll.
std::unique_ptr<reactor> make_fast_io_uring();
std::unique_ptr<reactor> make_kqueue();
std::unique_ptr<reactor> make_iocp();
std::unique_ptr<reactor> make_poll();

struct reactor_factory {
  const char* name;
  std::unique_ptr<reactor> (*make)();
  std::unique_ptr<reactor> (*make_unasked)();  // for the automatic choice
};

/// Those that were compiled in, best first.
std::span<const reactor_factory> compiled_in() noexcept;

}  // namespace rill::detail
