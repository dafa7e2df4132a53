// SPDX-License-Identifier: BSL-1.0
#include "net/blocking_pool.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "support/cancel_stages.hpp"
#include "support/coroutine_case.hpp"
#include "support/thread_at_work.hpp"

namespace {

using namespace std::chrono_literals;
using rill::detail::begun_call;
using rill::detail::blocking_pool;

constexpr std::size_t most_threads = 4;

/// Where the threads of a pool stand until they may go on.
struct gate {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  int come = 0;

  void set(bool is_open) {
    const std::lock_guard<std::mutex> guard(mutex);
    open = is_open;
    changed.notify_all();
  }
  int count() {
    const std::lock_guard<std::mutex> guard(mutex);
    return come;
  }
  void pass() {
    std::unique_lock<std::mutex> lock(mutex);
    ++come;
    changed.wait(lock, [&] { return open; });
  }
};

gate& the_gate() {
  static gate instance;
  return instance;
}

/// A pool whose threads stand at the closed gate; its end opens it.
class held_pool {
 public:
  held_pool() {
    the_gate().set(false);
    the_gate().come = 0;
  }
  held_pool(const held_pool&) = delete;
  held_pool& operator=(const held_pool&) = delete;
  ~held_pool() { the_gate().set(true); }

  rill::coro<int> pass(int value, begun_call mode = begun_call::left) {
    const auto call = [value] {
      the_gate().pass();
      return value;
    };
    return rill::detail::run_blocking(pool_, mode, "test", call);
  }
  /// Writes into memory of the caller.
  rill::coro<int> pass_into(int& place) {
    const auto call = [&place] {
      the_gate().pass();
      return place = 1;
    };
    return rill::detail::run_blocking(pool_, begun_call::awaited, "test", call);
  }
  rill::coro<int> fail() {
    const auto call = []() -> int {
      the_gate().pass();
      throw std::system_error(EINVAL, std::generic_category(), "test");
    };
    return rill::detail::run_blocking(pool_, begun_call::left, "test", call);
  }

 private:
  blocking_pool pool_{most_threads};
};

class passing final : public rill_test::cancellable {
 public:
  rill::coro<> wait() override {
    const int value = co_await pool_.pass(7);
    CHECK(value == 7);
    ++taken;
  }
  rill::coro<> satisfy() override {
    the_gate().set(true);
    co_return;
  }

 private:
  held_pool pool_;
};

rill::coro<> until_come(int count) {
  while (the_gate().count() < count) co_await rill::sleep(1ms);
}

}  // namespace

RILL_IO_TEST_CASE("a call in a thread is cancelled at every stage", "[blocking_pool][real-time]") {
  co_await rill_test::cancel_at_every_stage<passing>();
}

RILL_IO_TEST_CASE("more calls than threads wait, and can be cancelled before they are begun",
                  "[blocking_pool][real-time]") {
  for (const begun_call mode : {begun_call::left, begun_call::awaited}) {
    held_pool pool;
    std::vector<rill::task<int>> calling;
    for (std::size_t i = 0; i < most_threads + 2; ++i) {
      calling.push_back(rill::create_task(pool.pass(static_cast<int>(i), mode)));
    }
    co_await until_come(most_threads);
    calling[most_threads].cancel();
    bool cancelled = false;
    try {
      co_await calling[most_threads];
    } catch (const rill::cancelled_error&) {
      cancelled = true;
    }
    CHECK(cancelled);
    CHECK(the_gate().count() == most_threads);
    the_gate().set(true);
    for (std::size_t i = 0; i < calling.size(); ++i) {
      if (i == most_threads) continue;
      const int value = co_await calling[i];
      CHECK(value == static_cast<int>(i));
    }
    CHECK(the_gate().count() == most_threads + 1);
  }
}

RILL_IO_TEST_CASE("a call that uses memory of its task is waited for once it has begun",
                  "[blocking_pool][real-time]") {
  held_pool pool;
  int place = 0;
  bool went_on = false;
  const auto body = [](held_pool& at, int& into, bool& ended) -> rill::coro<> {
    const int value = co_await at.pass_into(into);
    ended = value == 1;
    co_await rill::sleep(1h);  // the request strikes here
  };
  const rill::task<> calling =
      rill::create_task(body, std::ref(pool), std::ref(place), std::ref(went_on));
  co_await until_come(1);
  calling.cancel();
  co_await rill_test::let_others_run(5);
  CHECK(!calling.done());
  the_gate().set(true);
  const bool cancelled = co_await rill_test::ended_cancelled(calling);
  CHECK(cancelled);
  CHECK(went_on);
  CHECK(place == 1);
}

RILL_IO_TEST_CASE("calls that hang and that nobody wants do not keep others from their turn",
                  "[blocking_pool][real-time]") {
  held_pool pool;
  for (int round = 1; round <= 3; ++round) {
    std::vector<rill::task<int>> hanging;
    for (std::size_t i = 0; i < most_threads; ++i) {
      hanging.push_back(rill::create_task(pool.pass(0)));
    }
    co_await until_come(round * static_cast<int>(most_threads));
    for (const rill::task<int>& one : hanging) one.cancel();
    for (const rill::task<int>& one : hanging) {
      const bool cancelled = co_await rill_test::ended_cancelled(one);
      CHECK(cancelled);
    }
  }
}

RILL_IO_TEST_CASE("the end of a pool does not wait for calls that nobody wants",
                  "[blocking_pool][real-time]") {
  the_gate().set(false);
  the_gate().come = 0;
  {
    blocking_pool pool(1);
    const auto hang = [] {
      the_gate().pass();
      return 1;
    };
    auto hanging =
        rill::create_task(rill::detail::run_blocking(pool, begun_call::left, "test", hang));
    auto behind =
        rill::create_task(rill::detail::run_blocking(pool, begun_call::left, "test", hang));
    co_await until_come(1);
    hanging.cancel();
    co_await until_come(2);
    behind.cancel();
    const bool cancelled = co_await rill_test::ended_cancelled(behind);
    CHECK(cancelled);
  }
  the_gate().set(true);
}

RILL_IO_TEST_CASE("what a thread throws comes out of the call", "[blocking_pool][real-time]") {
  held_pool pool;
  the_gate().set(true);
  std::error_code code;
  try {
    co_await pool.fail();
  } catch (const std::system_error& error) {
    code = error.code();
  }
  CHECK(code == std::errc::invalid_argument);
}

RILL_REACTOR_TEST_CASE("a loop is closed before, while and after its call ends",
                       "[blocking_pool]") {
  held_pool pool;
  for (const bool ended : {false, true}) {
    rill::event_loop loop(rill_test::backend_options());
    const rill::task<int> calling = loop.create_task(pool.pass(1));
    loop.run_once();
    if (ended) the_gate().set(true);
    loop.close();
    CHECK(calling.cancelled());
  }
}

RILL_REACTOR_TEST_CASE("a loop that is closed waits for a call that uses memory of its task",
                       "[blocking_pool][real-time]") {
  struct frame_part {
    std::atomic<int>& written;
    int place = 0;
    ~frame_part() { written = place; }
  };
  const auto body = [](held_pool& pool, std::atomic<int>& written) -> rill::coro<> {
    frame_part part{written};
    co_await pool.pass_into(part.place);
  };
  held_pool pool;
  std::atomic<int> written{-1};
  rill::event_loop loop(rill_test::backend_options());
  const rill::task<> calling = loop.create_task(body, std::ref(pool), std::ref(written));
  while (the_gate().count() == 0) loop.run_once(1ms);
  const rill_test::thread_at_work opening([] {
    std::this_thread::sleep_for(10ms);
    the_gate().set(true);
  });
  loop.close();
  CHECK(written == 1);
  CHECK(calling.cancelled());
}

TEST_CASE("a pool drops what no thread has begun", "[blocking_pool]") {
  rill::event_loop loop;
  std::vector<rill::task<int>> calling;
  {
    held_pool pool;
    for (std::size_t i = 0; i < 3 * most_threads; ++i) {
      calling.push_back(loop.create_task(pool.pass(1)));
    }
    loop.run_once();
    for (const auto& one : calling) one.cancel();
    loop.run_once();
  }
  for (const auto& one : calling) CHECK(one.cancelled());
}
