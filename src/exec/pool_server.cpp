// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/pool_server.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <utility>

#include "rill/base/detail/atomic.hpp"
#include "rill/combinators/shield.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/future.hpp"
#include "rill/core/task.hpp"
#include "rill/exec/executor_future.hpp"

namespace rill {

namespace detail {

/// What the loops of a pool server share.
///
/// Invariants: 1. A share is touched by its own loop alone once it was submitted. 2. What is wanted
/// is written before the shares are cancelled; a cancellation tells them to look at it, no more.
class pool_serving {
 public:
  static constexpr std::int64_t close_only = -1;

  struct share {
    connection_handler handler;
    std::vector<socket_address> addresses;  // of the first share; empty: the host's
    executor_promise<std::vector<socket_address>> listening;
  };

  explicit pool_serving(std::size_t loops) : shares(loops) { jobs_.reserve(loops); }

  static void add_job(const std::shared_ptr<pool_serving>& all, executor_future<> job) {
    {
      const std::lock_guard guard(all->mutex_);
      ++all->running_;
    }
    const executor_future<>& kept = all->jobs_.emplace_back(std::move(job));
    kept.add_done_callback([all] { all->one_ended(); });
  }

  void close() noexcept {
    if (!std::exchange(closed_, true)) tell();
  }
  void shut_down(std::chrono::nanoseconds grace) noexcept {
    grace_.store(std::max<std::int64_t>(grace.count(), 0));
    closed_ = true;
    tell();
  }
  void cut_short() noexcept {
    cut_.store(true);
    tell();
  }
  std::int64_t grace() const noexcept { return grace_.load(); }
  bool cut() const noexcept { return cut_.load(); }

  /// Done when no share runs.
  executor_future<> end() {
    executor_promise<> told;
    executor_future<> future = told.get_future();
    std::unique_lock lock(mutex_);
    if (running_ != 0) {
      told_at_end_.push_back(std::move(told));
      return future;
    }
    lock.unlock();
    if (told.begin()) told.set_result();
    return future;
  }

  std::string host;
  std::uint16_t port = 0;
  server_options options;
  std::vector<share> shares;
  std::vector<socket_address> addresses;

 private:
  void tell() noexcept {
    for (const executor_future<>& job : jobs_) job.cancel();
  }
  // In the thread of a loop.
  void one_ended() {
    std::vector<executor_promise<>> told;
    {
      const std::lock_guard guard(mutex_);
      if (--running_ == 0) told.swap(told_at_end_);
    }
    for (executor_promise<>& each : told) {
      if (each.begin()) each.set_result();
    }
  }

  std::vector<executor_future<>> jobs_;
  atomic<std::int64_t> grace_{close_only};
  atomic<bool> cut_{false};
  bool closed_ = false;
  std::mutex mutex_;
  std::size_t running_ = 0;
  std::vector<executor_promise<>> told_at_end_;
};

struct server_access {
  static pool_server make(std::shared_ptr<pool_serving> state) noexcept {
    return pool_server(std::move(state));
  }
};

namespace {

coro<server> listen(pool_serving& all, pool_serving::share& mine) {
  if (mine.addresses.empty()) {
    std::vector<std::string> hosts(1, all.host);
    return start_server(std::move(mine.handler), std::move(hosts), all.port, all.options);
  }
  return start_server(std::move(mine.handler), std::move(mine.addresses), all.options);
}

coro<> wait_to_be_told() {
  const future<> never = create_future<>();
  try {
    co_await never;
  } catch (const cancelled_error&) {
    // Told.
  }
}

/// False if it was told to look again.
coro<bool> is_closed(server& mine) {
  try {
    co_await mine.wait_closed();
  } catch (const cancelled_error&) {
    co_return false;
  }
  co_return true;
}
coro<> wait_until_done(const task<>& ending) {
  try {
    co_await shield(ending);
  } catch (const cancelled_error&) {
    // Told to look again, or that is how it has ended.
  }
}

coro<> end_share(const pool_serving& all, server& mine) {
  // What tells it to be quick may have come together with what told it to end.
  const std::chrono::nanoseconds grace(all.cut() ? 0 : all.grace());
  const task<> ending = create_task(mine.shutdown(grace));
  while (!ending.done()) {
    co_await wait_until_done(ending);
    if (all.cut()) ending.cancel();
  }
}

coro<> serve_until_told(const pool_serving& all, server& mine) {
  co_await wait_to_be_told();
  mine.close();
  while (all.grace() == pool_serving::close_only) {
    const bool closed = co_await is_closed(mine);
    if (closed) co_return;
  }
  co_await end_share(all, mine);
}

/// On its loop: from listening to the end of the last connection.
coro<> serve_share(std::shared_ptr<pool_serving> all, std::size_t index) {
  pool_serving::share& mine = all->shares[index];
  std::exception_ptr error;
  try {
    server listening = co_await listen(*all, mine);
    if (!mine.listening.begin()) co_return;  // nobody wants it any more
    mine.listening.set_result(listening.addresses());
    co_await serve_until_told(*all, listening);
    co_return;
  } catch (...) {
    error = std::current_exception();
  }
  if (!mine.listening.begin()) std::rethrow_exception(error);
  mine.listening.set_exception(std::move(error));
}

/// Begins to serve on one loop, and waits until it accepts.
coro<std::vector<socket_address>> begin_share(loop_pool& pool, std::shared_ptr<pool_serving> all,
                                              std::size_t index) {
  executor_future<std::vector<socket_address>> listening =
      all->shares[index].listening.get_future();
  pool_serving::add_job(all, pool[index].submit(serve_share, all, index));
  std::vector<socket_address> addresses = co_await std::move(listening);
  co_return addresses;
}

coro<> begin_shares(loop_pool& pool, std::shared_ptr<pool_serving> all) {
  all->addresses = co_await begin_share(pool, all, 0);
  for (std::size_t index = 1; index < all->shares.size(); ++index) {
    all->shares[index].addresses = all->addresses;
    co_await begin_share(pool, all, index);
  }
}

coro<std::exception_ptr> error_of_beginning(loop_pool& pool, std::shared_ptr<pool_serving> all) {
  try {
    co_await begin_shares(pool, all);
  } catch (const cancelled_error&) {
    throw;
  } catch (...) {
    co_return std::current_exception();
  }
  co_return nullptr;
}

}  // namespace

coro<> wait_for_end(std::shared_ptr<pool_serving> all) { co_await all->end(); }

coro<pool_server> start_pool_server(loop_pool& pool, std::vector<connection_handler> handlers,
                                    std::string host, std::uint16_t port, server_options options) {
  auto all = std::make_shared<pool_serving>(handlers.size());
  all->host = std::move(host);
  all->port = port;
  all->options = options;
  all->options.reuse_port = true;
  for (std::size_t each = 0; each < handlers.size(); ++each) {
    all->shares[each].handler = std::move(handlers[each]);
  }
  pool_server made = server_access::make(all);  // closes what has begun, if this is cancelled
  const std::exception_ptr error = co_await error_of_beginning(pool, all);
  if (error) {
    co_await made.shutdown(std::chrono::nanoseconds(0));
    std::rethrow_exception(error);
  }
  co_return made;
}

}  // namespace detail

pool_server::pool_server(std::shared_ptr<detail::pool_serving> state) noexcept
    : state_(std::move(state)) {}

pool_server::pool_server(pool_server&& other) noexcept = default;

pool_server& pool_server::operator=(pool_server&& other) noexcept {
  pool_server mine(std::move(other));
  std::swap(state_, mine.state_);
  return *this;
}

pool_server::~pool_server() {
  if (state_ != nullptr) state_->close();
}

const std::vector<socket_address>& pool_server::addresses() const noexcept {
  return state_->addresses;
}

std::uint16_t pool_server::port() const noexcept {
  return state_->addresses.empty() ? 0 : state_->addresses.front().port();
}

void pool_server::close() noexcept { state_->close(); }

coro<> pool_server::wait_closed() { return detail::wait_for_end(state_); }

coro<> pool_server::shutdown(std::chrono::nanoseconds grace) {
  const std::shared_ptr<detail::pool_serving> all = state_;
  all->shut_down(grace);
  std::exception_ptr cancelled;
  try {
    co_await all->end();
  } catch (const cancelled_error&) {
    cancelled = std::current_exception();
  }
  if (!cancelled) co_return;
  all->cut_short();
  co_await shield(detail::wait_for_end(all));
  std::rethrow_exception(cancelled);
}

}  // namespace rill
