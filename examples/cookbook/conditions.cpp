// SPDX-License-Identifier: BSL-1.0
// Waiting under a lock until something holds: a list that grows short, a market that falls.
// Listings R3.13, R7.3.
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

rill::coro<> take_away(rill::condition& changed, std::vector<int>& numbers) {
  while (numbers.size() > 1) {
    co_await rill::sleep(250ms);
    const auto guard = co_await changed.scoped();
    numbers.pop_back();
    changed.notify();
  }
}

rill::coro<> when_one_is_left() {
  rill::condition changed;
  std::vector<int> numbers{0, 1, 2, 3, 4};
  const rill::task<> taking = rill::create_task(take_away(changed, numbers));
  {
    const auto guard = co_await changed.scoped();
    co_await changed.wait_for([&numbers] { return numbers.size() == 1; });
    say("one number is left");
  }
  co_await taking;
}

/// Prices under one lock, and a condition for each: only who watches a stock hears of it.
class market {
 public:
  explicit market(std::map<std::string, int> prices) : prices_(std::move(prices)) {
    for (const auto& [name, price] : prices_) moved_.try_emplace(name, access_);
  }

  rill::coro<> lower(std::string name, int by) {
    const auto guard = co_await access_.scoped();
    prices_[name] -= by;
    moved_.at(name).notify_all();
  }

  rill::coro<int> below(std::string name, int limit) {
    const auto guard = co_await access_.scoped();
    const auto low = [this, &name, limit] { return prices_[name] < limit; };
    co_await moved_.at(name).wait_for(low);
    co_return prices_[name];
  }

 private:
  rill::lock access_;
  std::map<std::string, int> prices_;
  std::map<std::string, rill::condition> moved_;
};

rill::coro<> watch(market& stocks, std::string name, rill::task_group& group) {
  say("waiting for " + name + " to be under -50");
  const int price = co_await stocks.below(name, -50);
  say(name + " is at " + std::to_string(price));
  group.cancel();  // the first alert ends the programme
}

rill::coro<> crash(market& stocks, std::vector<std::string> names) {
  for (std::size_t i = 0;; ++i) {
    co_await rill::sleep(100ms);
    const int by = static_cast<int>(i * 7 % 10) + 1;
    co_await stocks.lower(names[i % names.size()], by);
  }
}

rill::coro<> recipe() {
  co_await when_one_is_left();
  market stocks({{"AMAZON", 1000}, {"DAX", 100}, {"SPR", 10}});
  const auto body = [&stocks](rill::task_group& group) -> rill::coro<> {
    std::vector<std::string> names{"DAX", "SPR", "AMAZON"};
    for (const std::string& name : names) group.create_task(watch(stocks, name, group));
    group.create_task(crash(stocks, std::move(names)));
    co_return;
  };
  co_await rill::with_task_group(body);
  say("the market is closed");
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
