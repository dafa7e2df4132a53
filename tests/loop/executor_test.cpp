// SPDX-License-Identifier: BSL-1.0
#include "rill/loop/executor.hpp"

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include "rill/core/errors.hpp"
#include "support/catch.hpp"

namespace {

using rill::detail::job_phase;

/// Counts its runs, and fails in the second.
class counted_job final : public rill::detail::job_state<void> {
 public:
  explicit counted_job(int& runs) : runs_(runs) {}

 private:
  void run() noexcept override {
    ++runs_;
    if (runs_ == 1) {
      end_with_value();
    } else {
      end_with_error(std::make_exception_ptr(std::runtime_error("second")));
    }
  }

  int& runs_;
};

using ref = rill::detail::job_ref<counted_job>;

ref make(int& runs) { return ref(new counted_job(runs), {}); }

}  // namespace

TEST_CASE("a job is run once, in place", "[executor]") {
  int runs = 0;
  const ref core = make(runs);
  rill::job work = rill::detail::job_access::make(core);
  CHECK(work);
  CHECK(!work.cancelled());
  work.run();
  CHECK(!work);
  CHECK(runs == 1);
  CHECK(core->phase() == job_phase::value);
}

TEST_CASE("a job that nobody runs is cancelled", "[executor]") {
  int runs = 0;
  const ref core = make(runs);
  {
    const rill::job dropped = rill::detail::job_access::make(core);
  }
  CHECK(core->phase() == job_phase::cancelled);
  CHECK_THROWS_AS(core->throw_error(), rill::cancelled_error);
  rill::job late = rill::detail::job_access::make(core);
  CHECK(late.cancelled());
  late.run();
  CHECK(runs == 0);
}

TEST_CASE("a job that is replaced is cancelled", "[executor]") {
  int runs = 0;
  const ref first = make(runs);
  const ref second = make(runs);
  rill::job work = rill::detail::job_access::make(first);
  work = rill::detail::job_access::make(second);
  CHECK(first->phase() == job_phase::cancelled);
  work.refuse(std::make_exception_ptr(std::runtime_error("no room")));
  CHECK(!work);
  CHECK_THROWS_AS(second->throw_error(), std::runtime_error);
}

TEST_CASE("an error that nobody has looked at is told", "[executor]") {
  std::string told;
  rill::set_job_error_handler(
      [&told](const rill::exception_context& context) { told = context.message; });
  int runs = 1;
  {
    rill::job work = rill::detail::job_access::make(make(runs));
    work.run();
  }
  rill::set_job_error_handler({});
  CHECK(told == "rill: a job has failed, and nobody has looked at it: second");
}

TEST_CASE("a handler of job errors may throw", "[executor]") {
  rill::set_job_error_handler([](const rill::exception_context&) { throw 7; });
  int runs = 1;
  {
    rill::job work = rill::detail::job_access::make(make(runs));
    work.run();
  }
  rill::set_job_error_handler({});
  CHECK(runs == 2);
}
