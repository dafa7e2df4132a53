// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/executor_future.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/exec/exec_errors.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/executor.hpp"
#include "support/coroutine_case.hpp"
#include "support/must_throw.hpp"
#include "support/thread_at_work.hpp"

using namespace std::chrono_literals;
using rill::executor_future;
using rill::executor_promise;

namespace {

template <class T>
rill::coro<T> value_of(executor_future<T> job) {
  co_return co_await std::move(job);
}

}  // namespace

TEST_CASE("a job is queued, running, done", "[executor_future]") {
  executor_promise<int> promise;
  const executor_future<int> job = promise.get_future();
  CHECK(!job.done());
  CHECK(!job.running());
  CHECK(promise.begin());
  CHECK(job.running());
  CHECK(!job.wait_for(0s));
  promise.set_result(3);
  CHECK(job.done());
  CHECK(!job.running());
  CHECK(!job.cancelled());
  CHECK(job.result() == 3);
  CHECK(job.exception() == nullptr);
}

TEST_CASE("only what has not begun is cancelled", "[executor_future]") {
  executor_promise<int> first;
  CHECK(first.get_future().cancel("enough"));
  CHECK(first.get_future().cancelled());
  CHECK(first.cancelled());
  CHECK(!first.begin());
  CHECK_THROWS_AS(first.get_future().result(), rill::cancelled_error);
  CHECK(!first.get_future().cancel());
  executor_promise<int> second;
  CHECK(second.begin());
  CHECK(!second.get_future().cancel());
  second.set_result(1);
  CHECK(second.get_future().result() == 1);
}

TEST_CASE("a promise that goes leaves nobody waiting", "[executor_future]") {
  executor_future<> unbegun;
  executor_future<> begun;
  {
    const executor_promise<> one;
    unbegun = one.get_future();
    executor_promise<> two;
    begun = two.get_future();
    CHECK(two.begin());
  }
  CHECK(unbegun.cancelled());
  CHECK_THROWS_AS(begun.result(), rill::broken_executor);
}

TEST_CASE("threads block until it has ended", "[executor_future]") {
  executor_promise<int> promise;
  const executor_future<int> job = promise.get_future();
  int seen[2] = {};
  {
    const rill_test::thread_at_work first([&seen, job] { seen[0] = job.result(); });
    const rill_test::thread_at_work second([&seen, job] {
      while (!job.wait_for(1ms)) continue;
      seen[1] = job.result();
    });
    CHECK(promise.begin());
    promise.set_result(5);
  }
  CHECK(seen[0] == 5);
  CHECK(seen[1] == 5);
}

TEST_CASE("callbacks are called in order, in the thread that ends the job", "[executor_future]") {
  executor_promise<int> promise;
  const executor_future<int> job = promise.get_future();
  std::string log;
  std::thread::id where;
  job.add_done_callback([&log, &where](const executor_future<int>& done) {
    where = std::this_thread::get_id();
    log += std::to_string(done.result());
  });
  job.add_done_callback([&log] { log += "b"; });
  std::thread::id ender;
  {
    const rill_test::thread_at_work other([&promise, &ender] {
      ender = std::this_thread::get_id();
      if (promise.begin()) promise.set_result(7);
    });
  }
  CHECK(log == "7b");
  CHECK(where == ender);
  job.add_done_callback([&log] { log += "c"; });
  CHECK(log == "7bc");
}

TEST_CASE("errors that nobody sees are reported", "[executor_future]") {
  std::vector<std::string> told;
  rill::set_job_error_handler(
      [&told](const rill::exception_context& context) { told.emplace_back(context.message); });
  {
    executor_promise<> promise;
    promise.get_future().add_done_callback([] { throw std::runtime_error("in the callback"); });
    CHECK(promise.begin());
    promise.set_exception(std::make_exception_ptr(std::runtime_error("in the job")));
    executor_promise<> looked_at;
    CHECK(looked_at.begin());
    looked_at.set_exception(std::make_exception_ptr(std::runtime_error("seen")));
    CHECK(looked_at.get_future().exception() != nullptr);
  }
  rill::set_job_error_handler({});
  REQUIRE(told.size() == 2);
  CHECK(told[0].find("in the callback") != std::string::npos);
  CHECK(told[1].find("in the job") != std::string::npos);
}

RILL_IO_TEST_CASE("a task awaits what a thread does", "[executor_future]") {
  executor_promise<int> promise;
  executor_future<int> job = promise.get_future();
  const rill_test::thread_at_work other([&promise] {
    std::this_thread::sleep_for(5ms);
    if (promise.begin()) promise.set_result(7);
  });
  const int& seen = co_await job;
  CHECK(seen == 7);
  const int moved = co_await std::move(job);
  CHECK(moved == 7);
}

RILL_IO_TEST_CASE("errors come to the task that awaits", "[executor_future]") {
  executor_promise<> promise;
  CHECK(promise.begin());
  const rill_test::thread_at_work other(
      [&promise] { promise.set_exception(std::make_exception_ptr(std::runtime_error("no"))); });
  co_await rill_test::must_throw<std::runtime_error>(value_of(promise.get_future()));
}

RILL_IO_TEST_CASE("a task that is cancelled cancels what has not begun", "[executor_future]") {
  executor_promise<int> unbegun;
  executor_promise<int> begun;
  CHECK(begun.begin());
  const rill::task<int> one = rill::create_task(value_of(unbegun.get_future()));
  const rill::task<int> two = rill::create_task(value_of(begun.get_future()));
  co_await rill::yield();
  one.cancel();
  two.cancel();
  for (int turn = 0; turn < 3; ++turn) co_await rill::yield();
  CHECK(one.cancelled());
  CHECK(two.cancelled());
  CHECK(unbegun.cancelled());
  CHECK(begun.get_future().running());
  begun.set_result(4);
  CHECK(begun.get_future().result() == 4);
}

RILL_IO_TEST_CASE("waiting in the loop's thread is refused, unless it is done",
                  "[executor_future]") {
  executor_promise<int> promise;
  const executor_future<int> job = promise.get_future();
  CHECK_THROWS_AS(job.result(), rill::usage_error);
  CHECK_THROWS_AS(job.wait_for(1ms), rill::usage_error);
  CHECK(promise.begin());
  promise.set_result(2);
  CHECK(job.result() == 2);
  const int& awaited = co_await job;
  CHECK(awaited == 2);
}

RILL_REACTOR_TEST_CASE("a loop that is closed is told nothing", "[executor_future]") {
  executor_promise<int> late;
  executor_promise<int> told;
  {
    rill::event_loop loop(rill_test::backend_options());
    loop.create_task(value_of(late.get_future())).detach();
    loop.create_task(value_of(told.get_future())).detach();
    loop.run_once();
    CHECK(told.begin());
    const rill_test::thread_at_work other([&told] { told.set_result(1); });
  }
  CHECK(late.begin());
  late.set_result(2);
  CHECK(late.get_future().result() == 2);
}
