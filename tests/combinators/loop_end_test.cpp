// SPDX-License-Identifier: BSL-1.0
//
// A loop that is closed with combinators at work: it ends, and children, which may refer to the
// frames of those who await them, are destroyed first.
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rill/combinators.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"

using namespace std::chrono_literals;
using rill::coro;

namespace {

/// Refers to a variable of the parent's frame until it goes.
coro<int> child(int& of_parent) {
  struct witness {
    explicit witness(int& to) noexcept : count(to) { ++count; }
    witness(const witness&) = delete;
    witness& operator=(const witness&) = delete;
    ~witness() { --count; }
    int& count;
  };
  const witness here(of_parent);
  co_await rill::sleep(1h);
  co_return 1;
}

/// Goes with the parent's frame, and notes whether children were left.
class parent {
 public:
  explicit parent(bool& orphaned) noexcept : orphaned_(orphaned) {}
  parent(const parent&) = delete;
  parent& operator=(const parent&) = delete;
  ~parent() { orphaned_ = orphaned_ || children != 0; }
  int children = 0;

 private:
  bool& orphaned_;
};

std::vector<coro<int>> three(int& of_parent) {
  std::vector<coro<int>> all;
  for (int i = 0; i < 3; ++i) all.push_back(child(of_parent));
  return all;
}

struct use {
  std::string_view name;
  coro<> (*run)(bool& orphaned);
};

const use uses[] = {
    {"gather",
     [](bool& orphaned) -> coro<> {
       parent own(orphaned);
       co_await rill::gather(child(own.children), child(own.children));
     }},
    {"race",
     [](bool& orphaned) -> coro<> {
       parent own(orphaned);
       co_await rill::race(three(own.children));
     }},
    {"as_completed",
     [](bool& orphaned) -> coro<> {
       parent own(orphaned);
       const auto body = [](rill::completions<rill::task<int>>& ended) -> coro<> {
         co_await ended.next();
       };
       co_await rill::as_completed(three(own.children), body);
     }},
    {"task_group, in its body",
     [](bool& orphaned) -> coro<> {
       parent own(orphaned);
       const auto body = [&own](rill::task_group& group) -> coro<> {
         group.create_task(child(own.children));
         co_await rill::sleep(1h);
       };
       co_await rill::with_task_group(body);
     }},
    {"task_group, behind its body",
     [](bool& orphaned) -> coro<> {
       parent own(orphaned);
       const auto body = [&own](rill::task_group& group) -> coro<> {
         group.create_task(child(own.children));
         co_return;
       };
       co_await rill::with_task_group(body);
     }},
    {"staggered_race",
     [](bool& orphaned) -> coro<> {
       parent own(orphaned);
       std::vector<std::function<coro<int>()>> candidates;
       candidates.emplace_back([&own] { return child(own.children); });
       co_await rill::staggered_race(std::move(candidates));
     }},
    {"limit around a gather",
     [](bool& orphaned) -> coro<> {
       parent own(orphaned);
       co_await rill::wait_for(rill::gather(three(own.children)), 2h);
     }},
    {"shield of a gather",
     [](bool& orphaned) -> coro<> {
       parent own(orphaned);
       co_await rill::shield(rill::gather(three(own.children)));
     }},
};

}  // namespace

RILL_REACTOR_TEST_CASE("a loop that is closed with combinators at work", "[loop_end]") {
  for (const use& one : uses) {
    INFO(one.name);
    bool orphaned = false;
    rill::event_loop loop(rill_test::backend_options());
    const rill::task<> left = loop.create_task(one.run(orphaned));
    for (int i = 0; i < 5; ++i) {
      loop.call_soon([&loop] { loop.stop(); });
      loop.run_forever();
    }
    loop.close();
    CHECK(left.cancelled());
    CHECK(!orphaned);
  }
}
