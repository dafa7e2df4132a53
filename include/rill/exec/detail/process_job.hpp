// SPDX-License-Identifier: BSL-1.0
// What the manager of a process pool knows of a job.
#pragma once

#include <exception>
#include <string_view>

namespace rill::detail {

class wire_reader;
class wire_writer;

/// One job. The pool's own threads call it, but for cancel().
class process_job {
 public:
  process_job() = default;
  process_job(const process_job&) = delete;
  process_job& operator=(const process_job&) = delete;
  virtual ~process_job() = default;

  /// Writes the function's id and the arguments. Throws what saving them throws. May be called
  /// again when the worker died before it had them all.
  virtual void encode(wire_writer& out) = 0;
  /// Reads the result; ends the job with it. Throws what loading it throws.
  virtual void decode(wire_reader& in) = 0;
  /// False if it was cancelled. From here on it cannot be.
  virtual bool begin() noexcept = 0;
  /// Ends it with an error, begun or not.
  virtual void fail(std::exception_ptr error) noexcept = 0;
  /// In any thread: cancels it if it has not begun.
  virtual void cancel(std::string_view reason) noexcept = 0;
};

/// A call that is made once more for each worker. In any thread.
class process_job_maker {
 public:
  process_job_maker() = default;
  process_job_maker(const process_job_maker&) = delete;
  process_job_maker& operator=(const process_job_maker&) = delete;
  virtual ~process_job_maker() = default;

  /// Writes the function's id and the arguments.
  virtual void encode(wire_writer& out) const = 0;
};

}  // namespace rill::detail
