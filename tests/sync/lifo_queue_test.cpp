// SPDX-License-Identifier: BSL-1.0
#include "rill/sync/lifo_queue.hpp"

#include <string>

#include "rill/core/create_task.hpp"
#include "rill/core/yield.hpp"
#include "support/coroutine_case.hpp"

using rill::coro;
using rill::lifo_queue;

RILL_TEST_CASE("the newest leaves first", "[lifo_queue]") {
  lifo_queue<std::string> items(2);
  co_await items.put("a");
  co_await items.put("b");
  const auto puts = [](lifo_queue<std::string>& to) -> coro<> { co_await to.put("c"); };
  const rill::task<> waiting = rill::create_task(puts(items));
  co_await rill::yield();
  std::string order;
  while (auto item = items.try_get()) order += *item;
  CHECK(order == "bca");  // c came in when b had left
  co_await waiting;
}
