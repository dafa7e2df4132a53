// SPDX-License-Identifier: BSL-1.0
// The functions that a worker can be asked for. Both processes are the same program, so that both
// have the same functions, registered in the same order.
#pragma once

#include <cstdint>

namespace rill::detail {

class wire_reader;
class wire_writer;

/// Reads the arguments, calls the function, writes what it returns. An exception leaves it; the
/// message that was begun is then taken back.
using serve_function = void (*)(wire_reader& in, wire_writer& out);

/// How the two processes name a function. Before main(): one for each function that some call in
/// the program names. Different functions of one name (in unnamed namespaces of several files) are
/// told apart by the order of their coming.
std::uint64_t register_served(const char* name, serve_function serve);

/// Null for what this process has not: a function of a library that was loaded later.
serve_function served(std::uint64_t id) noexcept;

}  // namespace rill::detail
