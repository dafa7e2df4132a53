// SPDX-License-Identifier: BSL-1.0
#include "rill/testing/virtual_run.hpp"

#include <string>

#include "rill/base/config.hpp"
#include "rill/core/call_graph.hpp"

namespace rill::testing {

namespace {

// The reports of the case that runs in this thread, and of those around it. Reached by a call only:
// a coroutine may come back in another thread.
thread_local std::vector<std::string>* current_reports = nullptr;

RILL_NOINLINE std::vector<std::string>*& reports_of_thread() noexcept { return current_reports; }

class report_scope {
 public:
  report_scope() noexcept : before_(reports_of_thread()) { reports_of_thread() = &reports; }
  report_scope(const report_scope&) = delete;
  report_scope& operator=(const report_scope&) = delete;
  ~report_scope() { reports_of_thread() = before_; }

  std::vector<std::string> reports;

 private:
  std::vector<std::string>* before_;
};

// Lets tasks end that are about to, in bounded time.
void settle(event_loop& loop) {
  for (int turns = 0; turns < 1000 && loop.run_once(); ++turns) {
  }
}

void find_left_over_tasks(const event_loop& loop, std::vector<std::string>& complaints) {
  for (const any_task& task : loop.all_tasks()) {
    complaints.push_back("a task was left running:\n" + format_call_graph(task));
  }
}

}  // namespace

case_outcome run_case(coro<void> body, loop_options options) {
  virtual_clock clock;
  if (options.clock == nullptr) options.clock = &clock;
  case_outcome outcome;
  report_scope scope;
  try {
    runner here(std::move(options));
    here.loop().set_exception_handler(
        [&scope](event_loop& /*loop*/, const exception_context& context) {
          scope.reports.emplace_back(context.message);
        });
    try {
      here.run(std::move(body));
      settle(here.loop());
      find_left_over_tasks(here.loop(), outcome.complaints);
    } catch (...) {
      outcome.error = std::current_exception();
    }
    here.close();
  } catch (...) {
    if (!outcome.error) outcome.error = std::current_exception();
  }
  for (const std::string& report : scope.reports) {
    outcome.complaints.push_back("an error came to the exception handler: " + report);
  }
  return outcome;
}

std::vector<std::string> take_reports() {
  std::vector<std::string>* const reports = reports_of_thread();
  return reports == nullptr ? std::vector<std::string>() : std::exchange(*reports, {});
}

}  // namespace rill::testing
