// SPDX-License-Identifier: BSL-1.0
#include "net/lookup_pool.hpp"

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/sleep.hpp"
#include "support/cancel_stages.hpp"
#include "support/coroutine_case.hpp"

namespace {

using namespace std::chrono_literals;
using rill::detail::lookup_pool;
using addresses = std::vector<rill::socket_address>;

/// Where the threads of a pool stand until they may answer.
struct gate {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  int asked = 0;

  void set(bool is_open) {
    const std::lock_guard<std::mutex> guard(mutex);
    open = is_open;
    changed.notify_all();
  }
  int count_asked() {
    const std::lock_guard<std::mutex> guard(mutex);
    return asked;
  }
};

gate& the_gate() {
  static gate instance;
  return instance;
}

addresses ask(const std::string& host, std::uint16_t port, rill::address_family /*family*/) {
  gate& at = the_gate();
  std::unique_lock<std::mutex> lock(at.mutex);
  ++at.asked;
  at.changed.wait(lock, [&] { return at.open; });
  if (host == "bad.test") throw std::system_error(EINVAL, std::generic_category(), "bad.test");
  return addresses(1, rill::socket_address(rill::ip_address::parse("127.0.0.1"), port));
}

/// A pool whose threads stand at the closed gate; its end opens it.
class held_pool {
 public:
  held_pool() {
    the_gate().set(false);
    the_gate().asked = 0;
  }
  held_pool(const held_pool&) = delete;
  held_pool& operator=(const held_pool&) = delete;
  ~held_pool() { the_gate().set(true); }

  rill::coro<addresses> look_up(std::string host) {
    return rill::detail::look_up(pool_, std::move(host), 80, rill::address_family::none);
  }

 private:
  struct opener {
    ~opener() { the_gate().set(true); }
  };
  lookup_pool pool_{&ask};
  opener last_;  // before the pool joins its threads
};

class looking_up final : public rill_test::cancellable {
 public:
  rill::coro<> wait() override {
    const addresses found = co_await pool_.look_up("slow.test");
    CHECK(found.size() == 1);
    ++taken;
  }
  rill::coro<> satisfy() override {
    the_gate().set(true);
    co_return;
  }

 private:
  held_pool pool_;
};

rill::coro<> until_asked(int count) {
  while (the_gate().count_asked() < count) co_await rill::sleep(1ms);
}

}  // namespace

RILL_IO_TEST_CASE("a question in a thread is cancelled at every stage",
                  "[lookup_pool][real-time]") {
  co_await rill_test::cancel_at_every_stage<looking_up>();
}

RILL_IO_TEST_CASE("more questions than threads wait, and can be cancelled before they are asked",
                  "[lookup_pool][real-time]") {
  held_pool pool;
  std::vector<rill::task<addresses>> asking;
  for (std::size_t i = 0; i < lookup_pool::most_threads + 2; ++i) {
    asking.push_back(rill::create_task(pool.look_up("slow.test")));
  }
  co_await until_asked(lookup_pool::most_threads);
  asking[lookup_pool::most_threads].cancel();
  bool cancelled = false;
  try {
    co_await asking[lookup_pool::most_threads];
  } catch (const rill::cancelled_error&) {
    cancelled = true;
  }
  CHECK(cancelled);
  CHECK(the_gate().count_asked() == lookup_pool::most_threads);
  the_gate().set(true);
  for (std::size_t i = 0; i < asking.size(); ++i) {
    if (i == lookup_pool::most_threads) continue;
    const addresses& found = co_await asking[i];
    CHECK(found.size() == 1);
  }
  CHECK(the_gate().count_asked() == lookup_pool::most_threads + 1);
}

RILL_IO_TEST_CASE("what a thread throws comes out of the question", "[lookup_pool][real-time]") {
  held_pool pool;
  the_gate().set(true);
  std::error_code code;
  try {
    co_await pool.look_up("bad.test");
  } catch (const std::system_error& error) {
    code = error.code();
  }
  CHECK(code == std::errc::invalid_argument);
}

RILL_REACTOR_TEST_CASE("a loop is closed before, while and after its question is answered",
                       "[lookup_pool]") {
  held_pool pool;
  for (const bool answered : {false, true}) {
    rill::event_loop loop(rill_test::backend_options());
    const rill::task<addresses> asking = loop.create_task(pool.look_up("slow.test"));
    loop.run_once();
    if (answered) the_gate().set(true);
    loop.close();
    CHECK(asking.cancelled());
  }
}

TEST_CASE("a pool drops what no thread has begun", "[lookup_pool]") {
  rill::event_loop loop;
  std::vector<rill::task<addresses>> asking;
  {
    held_pool pool;
    for (std::size_t i = 0; i < 3 * lookup_pool::most_threads; ++i) {
      asking.push_back(loop.create_task(pool.look_up("slow.test")));
    }
    loop.run_once();
    for (const auto& one : asking) one.cancel();
    loop.run_once();
  }
  for (const auto& one : asking) CHECK(one.cancelled());
}
