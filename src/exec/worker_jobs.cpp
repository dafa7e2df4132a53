// SPDX-License-Identifier: BSL-1.0
#include "exec/worker_jobs.hpp"

#include <exception>

#include "exec/process_channel.hpp"
#include "exec/process_exceptions.hpp"
#include "exec/worker_process.hpp"
#include "rill/core/errors.hpp"
#include "rill/exec/detail/process_registry.hpp"
#include "rill/exec/detail/process_wire.hpp"

namespace rill::detail {

namespace {

void serve_one(wire_reader& in, wire_writer& out) {
  const auto id = in.read_number<std::uint64_t>();
  const serve_function serve = served(id);
  if (serve == nullptr) {
    throw usage_error(
        "rill: the worker does not have the function of this job; functions of libraries that are "
        "loaded at run time cannot be jobs of a process pool");
  }
  serve(in, out);
  out.end();
}

// Nothing of a message that was begun must be taken for the answer.
void answer_with(const std::exception_ptr& error, wire_reader& in, wire_writer& out) {
  in.finish();
  out.take_back();
  out.write_number(static_cast<std::uint8_t>(answer_kind::exception));
  write_exception(out, error);
  out.end();
}

}  // namespace

int serve_jobs(process_channel& channel) {
  wire_reader in(channel);
  wire_writer out(channel);
  try {
    out.write_number(worker_greeting);
    out.write_number(own_process_id());
    out.end();
    while (true) {
      try {
        in.begin();
        std::exception_ptr error;
        try {
          serve_one(in, out);
        } catch (const wire_closed&) {
          throw;
        } catch (const wire_taken_back&) {
          throw;
        } catch (...) {
          error = std::current_exception();
        }
        if (error) answer_with(error, in, out);
      } catch (const wire_taken_back&) {
        // The pool could not send the job whole, and tells its owner.
      }
    }
  } catch (const wire_closed&) {
    return 0;
  }
}

}  // namespace rill::detail
