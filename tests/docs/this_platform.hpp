// SPDX-License-Identifier: BSL-1.0
//
// What the programs of the pages want to know of the system that they run on: a source for each.
#pragma once

#include <string>

namespace docs {

/// A file that has nothing, and keeps nothing.
const char* empty_file();

/// Makes a FIFO, in that folder if FIFOs are files here; its name.
std::string make_fifo(const std::string& folder);

/// A name in the folder for temporary files that nobody else has.
std::string scratch_name(const std::string& ending);

/// Whether several servers may have one port.
bool shares_ports();

/// What a process pool says of a worker that has called std::abort().
const char* end_of_aborted();

}  // namespace docs
