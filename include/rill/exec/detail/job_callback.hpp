// SPDX-License-Identifier: BSL-1.0
// Done-callbacks of jobs: called in the thread that ends the job.
#pragma once

#include <exception>
#include <utility>

#include "rill/core/detail/frame_pool.hpp"
#include "rill/loop/detail/job_core.hpp"

namespace rill::detail {

template <class Callback>
class job_callback final : public job_waiter, public from_pool {
 public:
  explicit job_callback(Callback callback) : callback_(std::move(callback)) {}

  bool reach() noexcept override { return true; }
  void tell() noexcept override {
    try {
      callback_();
    } catch (...) {
      report_job_error("rill: a done-callback of a job has thrown: ", std::current_exception());
    }
    delete this;
  }

 private:
  Callback callback_;
};

template <class Callback>
void add_job_callback(job_core& job, Callback callback) {
  auto* const node = new job_callback<Callback>(std::move(callback));
  if (!job.add_waiter(*node)) node->tell();
}

/// What an executor_promise leaves that has begun and goes without an outcome.
std::exception_ptr abandoned_promise();

}  // namespace rill::detail
