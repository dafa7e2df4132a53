// SPDX-License-Identifier: BSL-1.0
// What the core alone takes to compile: a coroutine that waits for a future, with headers of
// rill/core only. Its steps are made by the scheduler itself, for want of a loop.
#include <rill/core/coro.hpp>
#include <rill/core/create_task.hpp>
#include <rill/core/future.hpp>
#include <rill/core/scheduler.hpp>

namespace {

struct host final : rill::detail::scheduler_host {
  void report(const rill::exception_context& /*context*/) noexcept override {}
  void wake() noexcept override {}
};

rill::coro<int> twice(rill::future<int> number) {
  const int value = co_await number;
  co_return 2 * value;
}

int answer() {
  const rill::future<int> number = rill::create_future<int>();
  const rill::task<int> doubled = rill::create_task(twice(number));
  number.set_result(21);
  while (!doubled.done()) rill::detail::scheduler::current()->run_batch();
  return doubled.result();
}

}  // namespace

int main() {
  host nobody;
  rill::detail::scheduler* const steps = rill::detail::scheduler::create(nobody);
  rill::detail::scheduler::set_current(steps);
  const int found = answer();
  rill::detail::scheduler::set_current(nullptr);
  steps->detach();
  steps->release();
  return found == 42 ? 0 : 1;
}
