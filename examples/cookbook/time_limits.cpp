// SPDX-License-Identifier: BSL-1.0
// Time limits: on a coroutine, on a shielded task, on a block, one inside
// another. Listings F 2.12, F 2.13, F 4.3, N10, N11, N12, R3.5.
#include <chrono>
#include <optional>
#include <string>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::fetch;
using cookbook::say;

namespace {

rill::coro<> on_a_coroutine() {
  const std::string page = co_await rill::wait_for(fetch("fast", 3s), 4s);
  say(page);
  try {
    co_await rill::wait_for(fetch("slow", 4s), 3s);
  } catch (const rill::timeout_error&) {
    say("I timed out after 3 seconds");
  }
}

rill::coro<> on_a_shielded_task() {
  const rill::task<std::string> work = rill::create_task(fetch("patience", 2s));
  try {
    co_await rill::wait_for(rill::shield(work), 1s);
  } catch (const rill::timeout_error&) {
    say("takes longer than expected, and goes on");
  }
  const std::string page = co_await work;
  say(page);
}

rill::coro<> on_a_block() {
  const auto block = [](rill::timeout_scope& limit) -> rill::coro<int> {
    int pages = 0;
    while (true) {
      co_await fetch("part", 1s);
      if (++pages == 5) co_return pages;
      limit.reschedule_after(1500ms);  // each part is given its own time
    }
  };
  const int pages = co_await rill::timeout(1500ms, block);
  say(std::to_string(pages) + " parts");
  const std::optional<std::string> page = co_await rill::move_on_after(1s, fetch("slow", 1h));
  if (!page) say("and on without it");
}

// The limit of one request inside that of the whole session: each expiry is its own.
rill::coro<> one_inside_another() {
  const auto session = []() -> rill::coro<> {
    for (int i = 1; i < 10; ++i) {
      try {
        const std::string page = co_await rill::wait_for(fetch("site", i * 400ms), 1s);
        say(page);
      } catch (const rill::timeout_error&) {
        say("this request took too long, the session goes on");
      }
    }
  };
  try {
    co_await rill::timeout(3s, session);
  } catch (const rill::timeout_error&) {
    say("the session is over");
  }
}

rill::coro<> recipe() {
  co_await on_a_coroutine();
  co_await on_a_shielded_task();
  co_await on_a_block();
  co_await one_inside_another();
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
