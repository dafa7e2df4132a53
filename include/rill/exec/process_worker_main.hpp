// SPDX-License-Identifier: BSL-1.0
// The line that a program with process pools has in its main().
#pragma once

namespace rill {

// [process_worker_main]
/// Call it first in main(), before threads and files. In a process that a process_pool_executor has
/// started, it does the pool's jobs and never returns; in any other it does nothing.
///
///     int main() {
///       rill::process_worker_main();
///       return rill::run(serve());
///     }
///
/// multiprocessing has no such line: its workers import the main module again, which is why Python
/// programs need `if __name__ == "__main__"`. A worker of rill is the program's own executable, and
/// this is where it turns off, so that nothing behind it runs twice. A pool that is made in a
/// program without the line throws usage_error.
///
/// In a worker, an interrupt (Ctrl-C, which comes to all processes of a terminal) is left to the
/// parent; when that ends, in whatever way, the worker ends too.
void process_worker_main();
// [/process_worker_main]

}  // namespace rill
