// SPDX-License-Identifier: BSL-1.0
// Callbacks: scheduled plainly, as something that can be awaited, and in a scope that joins them.
// Listings R2.8a, R2.8b, R5.5.
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

rill::coro<> plainly() {
  rill::event_loop& loop = rill::event_loop::running();
  loop.call_later(1s, [] { say("later"); });
  loop.call_at(loop.time() + 1s, [] { say("at its time"); });
  loop.call_soon([] { say("soon"); });
  loop.call_soon_threadsafe([] { say("soon, from wherever"); });
  const rill::timer_handle never = loop.call_later(1s, [] { say("never"); });
  never.cancel();
  say("nothing has been called yet");
  co_await rill::sleep(2s);
}

/// Scheduled calls whose results and errors can be awaited: tasks that wait, then call.
class scheduler {
 public:
  template <class Function>
  auto soon(Function function) {
    return later(0s, std::move(function));
  }
  template <class Function>
  auto later(std::chrono::nanoseconds delay, Function function) {
    auto call = rill::create_task(call_after<Function>, delay, std::move(function));
    scheduled_.push_back(call);
    return call;
  }
  /// From another thread: its call is made in the loop's.
  template <class Function>
  auto threadsafe(rill::event_loop& loop, Function function) {
    return rill::run_coroutine_threadsafe(call_after(0ns, std::move(function)), loop);
  }

  /// Waits for all that was scheduled so far; what those schedule is for the next call. Errors stay
  /// on the handles.
  rill::coro<> await_callbacks() {
    const std::vector<rill::any_task> now = std::exchange(scheduled_, {});
    for (const rill::any_task& each : now) {
      const rill::task<> waits = rill::create_task(ended, each);
      co_await waits;
    }
  }
  // For with().
  rill::coro<> close() { return await_callbacks(); }

 private:
  template <class Function>
  static rill::coro<std::invoke_result_t<Function&>> call_after(std::chrono::nanoseconds delay,
                                                                Function function) {
    co_await rill::sleep(delay);
    co_return std::invoke(function);
  }
  static rill::coro<> ended(rill::any_task call) {
    const rill::future<> done = rill::create_future<>();
    call.add_done_callback([done] { done.set_result(); });
    co_await done;
  }

  std::vector<rill::any_task> scheduled_;
};

rill::coro<> awaited() {
  scheduler calls;
  const rill::task<int> answer = calls.later(4s, [] { return 42; });
  const rill::task<> failing = calls.soon([] { throw std::runtime_error("the call has failed"); });
  const rill::task<> nested =
      calls.soon([&calls] { calls.later(1s, [] { say("scheduled by a call"); }).detach(); });
  co_await calls.await_callbacks();
  say("answer: " + std::to_string(answer.result()));
  try {
    failing.result();
  } catch (const std::runtime_error& error) {
    say(error.what());
  }
  co_await calls.await_callbacks();
  co_await nested;
}

rill::coro<> in_a_scope() {
  std::vector<rill::task<std::string>> words;
  const auto body = [&words](scheduler& calls) -> rill::coro<> {
    words.push_back(calls.soon([] { return std::string("This"); }));
    words.push_back(calls.later(1s, [] { return std::string("works"); }));
    words.push_back(calls.later(2s, [] { return std::string("seamlessly"); }));
    co_return;
  };
  co_await rill::with(scheduler(), body);
  for (const rill::task<std::string>& word : words) say(word.result());
}

rill::coro<> from_a_thread() {
  rill::event_loop& loop = rill::event_loop::running();
  const rill::external_work_guard expected;
  const rill::future<> heard = loop.create_future<>();
  // By reference: only the loop's thread may copy or destroy a handle, and lambdas are copied.
  std::thread other([&loop, &heard] {
    scheduler calls;
    const auto answer = calls.threadsafe(loop, [] { return std::string("called for a thread"); });
    const std::string text = answer.result();
    loop.call_soon_threadsafe([&heard, text] {
      say(text);
      heard.set_result();
    });
  });
  co_await heard;
  other.join();
}

rill::coro<> recipe() {
  co_await plainly();
  co_await awaited();
  co_await in_a_scope();
  co_await from_a_thread();
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
