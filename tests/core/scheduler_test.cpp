// SPDX-License-Identifier: BSL-1.0
#include "rill/core/scheduler.hpp"

#include <memory>
#include <thread>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/exception_context.hpp"
#include "support/catch.hpp"

using rill::detail::ready_node;
using rill::detail::ready_ops;
using rill::detail::scheduler;

namespace {

// A host without a loop: counts.
class counting_host final : public rill::detail::scheduler_host {
 public:
  void report(const rill::exception_context& context) noexcept override {
    ++reports;
    static_cast<void>(context);
  }
  void wake() noexcept override { ++wakes; }

  int reports = 0;
  int wakes = 0;
};

// Notes whether it ran or was dropped, and may queue another node when it runs.
struct noting_node : ready_node {
  explicit noting_node(std::vector<int>& into, int id) noexcept
      : ready_node(&table), log(&into), number(id) {}

  static void on_run(ready_node& node) noexcept {
    auto& self = static_cast<noting_node&>(node);
    self.log->push_back(self.number);
    if (self.next_one != nullptr) self.owner->make_ready(*self.next_one);
  }
  static void on_drop(ready_node& node) noexcept {
    auto& self = static_cast<noting_node&>(node);
    self.log->push_back(-self.number);
  }
  static constexpr ready_ops table{&on_run, &on_drop};

  std::vector<int>* log;
  int number;
  noting_node* next_one = nullptr;
  scheduler* owner = nullptr;
};

// Asks whether its scheduler runs, here and in another thread.
struct asking_node : ready_node {
  explicit asking_node(scheduler& running) noexcept : ready_node(&table), owner(&running) {}

  static void on_run(ready_node& node) noexcept {
    auto& self = static_cast<asking_node&>(node);
    self.here = self.owner->runs_here();
    std::jthread([&self] { self.elsewhere = self.owner->runs_here(); }).join();
  }
  static void on_drop(ready_node& /*node*/) noexcept {}
  static constexpr ready_ops table{&on_run, &on_drop};

  scheduler* owner;
  bool here = false;
  bool elsewhere = false;
};

rill::coro<int> give(int value) { co_return value; }

}  // namespace

TEST_CASE("nodes run first in, first out, and what a batch adds waits", "[scheduler]") {
  counting_host host;
  scheduler* const owner = scheduler::create(host);
  std::vector<int> log;
  noting_node one(log, 1);
  noting_node two(log, 2);
  noting_node three(log, 3);
  one.next_one = &three;
  one.owner = owner;
  owner->make_ready(one);
  owner->make_ready(two);
  CHECK(owner->has_ready());
  CHECK(owner->run_batch() == 2);
  CHECK(log == std::vector<int>{1, 2});
  CHECK(owner->run_batch() == 1);
  CHECK(log == std::vector<int>{1, 2, 3});
  CHECK(!owner->has_ready());
  owner->detach();
  owner->release();
}

TEST_CASE("posts wake the host only while it sleeps, once", "[scheduler]") {
  counting_host host;
  scheduler* const owner = scheduler::create(host);
  std::vector<int> log;
  noting_node one(log, 1);
  noting_node two(log, 2);
  noting_node three(log, 3);
  owner->post(one);
  CHECK(host.wakes == 0);
  owner->announce_sleep();
  owner->post(two);
  owner->post(three);
  CHECK(host.wakes == 1);
  CHECK(owner->has_posted());
  owner->take_posted();
  CHECK(!owner->has_posted());
  CHECK(owner->run_batch() == 3);
  CHECK(log == std::vector<int>{1, 2, 3});
  owner->detach();
  owner->release();
}

TEST_CASE("posts of many threads all arrive, each thread's in order", "[scheduler]") {
  constexpr int threads = 4;
  constexpr int each = 1000;
  counting_host host;
  scheduler* const owner = scheduler::create(host);
  std::vector<int> log;
  log.reserve(threads * each);
  std::vector<std::unique_ptr<noting_node>> nodes;
  for (int i = 0; i < threads * each; ++i) nodes.push_back(std::make_unique<noting_node>(log, i));
  {
    std::vector<std::jthread> posters;
    for (int thread = 0; thread < threads; ++thread) {
      posters.emplace_back([&, thread] {
        for (int i = 0; i < each; ++i)
          owner->post(*nodes[static_cast<std::size_t>(thread * each + i)]);
      });
    }
    while (log.size() < threads * each) {
      owner->take_posted();
      owner->run_batch();
    }
  }
  std::vector<int> last(threads, -1);
  bool in_order = true;
  for (const int id : log) {
    int& before = last[static_cast<std::size_t>(id / each)];
    in_order = in_order && id > before;
    before = id;
  }
  CHECK(in_order);
  owner->detach();
  owner->release();
}

TEST_CASE("a detached scheduler drops what is queued, and reports nothing", "[scheduler]") {
  counting_host host;
  scheduler* const owner = scheduler::create(host);
  std::vector<int> log;
  noting_node one(log, 1);
  noting_node two(log, 2);
  owner->make_ready(one);
  owner->post(two);
  owner->report({"told", nullptr, nullptr});
  owner->detach();
  CHECK(log == std::vector<int>{-1, -2});
  CHECK(!owner->is_open());
  owner->report({"not told", nullptr, nullptr});
  CHECK(host.reports == 1);
  owner->release();
}

TEST_CASE("what is posted in two halves arrives before the loop is closed for good",
          "[scheduler]") {
  counting_host host;
  scheduler* const owner = scheduler::create(host);
  std::vector<int> log;
  noting_node one(log, 1);
  noting_node two(log, 2);
  REQUIRE(owner->hold_open());
  owner->announce_sleep();
  owner->post_held(one);
  CHECK(host.wakes == 1);
  owner->take_posted();
  CHECK(owner->run_batch() == 1);

  REQUIRE(owner->hold_open());
  {
    const std::jthread closer([owner] { owner->detach(); });
    while (owner->is_open()) std::this_thread::yield();
    CHECK(!owner->hold_open());
    CHECK(!owner->try_post(one));
    owner->post_held(two);
  }
  CHECK(log == std::vector<int>{1, -2});
  owner->release();
}

TEST_CASE("tasks are counted and end through the scheduler alone", "[scheduler]") {
  counting_host host;
  scheduler* const owner = scheduler::create(host);
  scheduler::set_current(owner);
  const rill::task<int> task = rill::create_task(give(5));
  CHECK(owner->task_count() == 1);
  CHECK(owner->first_task() != nullptr);
  owner->run_batch();
  CHECK(owner->task_count() == 0);
  CHECK(task.result() == 5);
  scheduler::set_current(nullptr);
  owner->detach();
  owner->release();
}

TEST_CASE("a budget lets others run after 64 operations", "[scheduler]") {
  counting_host host;
  scheduler* const owner = scheduler::create(host);
  int spent = 0;
  for (int i = 0; i < 128; ++i) spent += owner->spend_budget() ? 1 : 0;
  CHECK(spent == 2);
  owner->detach();
  owner->release();
}

TEST_CASE("batches follow one another until there is something else to look at", "[scheduler]") {
  counting_host host;
  scheduler* const owner = scheduler::create(host);
  bool stop = false;
  std::vector<int> log;
  noting_node again(log, 1);
  again.next_one = &again;
  again.owner = owner;
  noting_node other(log, 2);
  owner->make_ready(again);
  CHECK(owner->run_batches(5, stop, nullptr) == 5);
  owner->make_ready(other);
  CHECK(owner->run_batches(1, stop, nullptr) == 2);  // a batch that has begun ends
  CHECK(log.back() == 2);
  stop = true;
  CHECK(owner->run_batches(5, stop, nullptr) == 1);
  stop = false;
  noting_node posted(log, 3);
  owner->post(posted);
  CHECK(owner->run_batches(5, stop, nullptr) == 1);
  owner->detach();
  owner->release();
}

TEST_CASE("batches end when what is waited for is done", "[scheduler]") {
  counting_host host;
  scheduler* const owner = scheduler::create(host);
  scheduler::set_current(owner);
  std::vector<int> log;
  noting_node again(log, 1);
  again.next_one = &again;
  again.owner = owner;
  owner->make_ready(again);
  const rill::task<int> task = rill::create_task(give(5));
  const bool stop = false;
  CHECK(owner->run_batches(100, stop, rill::detail::task_access::state(task)) == 2);
  CHECK(task.done());
  scheduler::set_current(nullptr);
  owner->detach();
  owner->release();
}

TEST_CASE("a scheduler knows its own stack while a batch runs, and no other", "[scheduler]") {
  counting_host host;
  scheduler* const owner = scheduler::create(host);
  asking_node asking(*owner);
  CHECK(!owner->runs_here());
  owner->make_ready(asking);
  owner->run_batch();
  if (RILL_ASAN == 0) CHECK(asking.here);  // with it, locals may be elsewhere
  CHECK(!asking.elsewhere);
  CHECK(!owner->runs_here());
  owner->detach();
  owner->release();
}
