// SPDX-License-Identifier: BSL-1.0
// The examples of the reference pages of exec, and of executor.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "rill/rill.hpp"

namespace {

using namespace std::chrono_literals;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("reference, exec: %s\n", what);
  std::exit(1);
}

// [executor]
class inline_executor final : public rill::executor {
 public:
  void execute(rill::job work) override { work.run(); }
};
// [/executor]

// [exec_errors]
std::string outcome_of(const rill::executor_future<int>& job) {
  try {
    return std::to_string(job.result());
  } catch (const rill::broken_executor& error) {
    return error.what();  // not the job's fault
  }
}
// [/exec_errors]

// [executor_future]
rill::coro<int> twice(rill::executor_future<int> job) {
  const int& seen = co_await job;
  co_return seen * 2;
}
// [/executor_future]

// [submit]
int count_until_stopped(const std::stop_token& stop, int most) {
  int count = 0;
  while (count != most && !stop.stop_requested()) ++count;
  return count;
}

int count_elsewhere(rill::executor& where) {
  const rill::executor_future<int> counted = rill::submit(where, count_until_stopped, 1000);
  return counted.result();
}
// [/submit]

}  // namespace

int main() {
  inline_executor here;
  expect(count_elsewhere(here) == 1000, "submit");
  expect(outcome_of(rill::submit(here, [] { return 3; })) == "3", "exec_errors");
  expect(rill::run(twice(rill::submit(here, [] { return 3; }))) == 6, "executor_future");
}
