// SPDX-License-Identifier: BSL-1.0
// Exceptions on their way from one process to another.
#pragma once

#include <exception>

namespace rill::detail {

class wire_reader;
class wire_writer;

/// Standard types, and those of rill, arrive as themselves; any other as a remote_error.
void write_exception(wire_writer& out, const std::exception_ptr& error);
std::exception_ptr read_exception(wire_reader& in);

}  // namespace rill::detail
