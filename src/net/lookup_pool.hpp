// SPDX-License-Identifier: BSL-1.0
// The threads that ask the system for names, and the jobs that they do.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "rill/core/coro.hpp"
#include "rill/core/detail/ready_queue.hpp"
#include "rill/core/scheduler.hpp"
#include "rill/net/address.hpp"

namespace rill::detail {

/// Looks a name up, blocking; throws if there is no answer. Called in a thread of the pool.
using lookup_function = std::vector<socket_address> (*)(const std::string& host, std::uint16_t port,
                                                        address_family family);

class lookup_awaiter;

/// One question. Shared by who asks and the thread that answers; whoever of the two is last frees
/// it.
///
/// Invariants: 1. `abandoned` and the post happen under `mutex`, so a thread never posts to a loop
/// whose asker has gone. 2. From the post until run() or drop(), `self` keeps the job.
class lookup_job final : public ready_node {
 public:
  lookup_job(scheduler& owner, std::string host, std::uint16_t port, address_family family);

  /// In the thread: asks, and posts the answer unless it was abandoned.
  void answer(lookup_function ask, std::shared_ptr<lookup_job> self) noexcept;
  /// On the loop's thread: the answer is not wanted any more. False: it is on its way.
  bool abandon() noexcept;
  /// Gives the addresses or throws. After the answer.
  std::vector<socket_address> take();

  lookup_awaiter* waiting = nullptr;  // the loop's thread only

 private:
  static void run(ready_node& node) noexcept;
  static void drop(ready_node& node) noexcept;
  static const ready_ops job_ops;

  std::mutex mutex_;
  bool abandoned_ = false;
  bool posted_ = false;
  scheduler* owner_;
  const std::string host_;
  const std::uint16_t port_;
  const address_family family_;
  std::vector<socket_address> addresses_;
  std::exception_ptr error_;
  std::shared_ptr<lookup_job> self_;
};

/// At most four threads, started as jobs come, joined by the destructor.
class lookup_pool {
 public:
  static constexpr std::size_t most_threads = 4;

  explicit lookup_pool(lookup_function ask) noexcept : ask_(ask) {}
  lookup_pool(const lookup_pool&) = delete;
  lookup_pool& operator=(const lookup_pool&) = delete;
  /// Jobs that no thread has begun are dropped.
  ~lookup_pool();

  void submit(std::shared_ptr<lookup_job> job);

 private:
  void work() noexcept;

  lookup_function ask_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<lookup_job>> jobs_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool ending_ = false;
};

/// Asks through a pool. **Cancellation** drops the answer. Holds external work meanwhile, so that a
/// virtual clock waits for the answer in real time.
coro<std::vector<socket_address>> look_up(lookup_pool& pool, std::string host, std::uint16_t port,
                                          address_family family);

}  // namespace rill::detail
