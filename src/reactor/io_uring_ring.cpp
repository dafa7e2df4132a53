// SPDX-License-Identifier: BSL-1.0
#include "reactor/io_uring_ring.hpp"

#include <sys/prctl.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <ctime>
#include <system_error>

namespace rill::detail {
namespace {

// The submission queue is kept small, so that its entries stay in the first-level cache; if it
// fills up, it is submitted. The completion queue must take what a turn brings, or the kernel
// has to allocate.
constexpr unsigned submission_entries = 256;
constexpr unsigned completion_entries = 4096;

// Numbers of threads are never used twice, unlike the system's.
std::uint64_t this_thread() noexcept {
  static std::atomic<std::uint64_t> last{0};
  static thread_local std::uint64_t number = 0;
  if (number == 0) number = last.fetch_add(1, std::memory_order_relaxed) + 1;
  return number;
}

unsigned flags_of(io_uring_rung rung) noexcept {
  constexpr unsigned always = IORING_SETUP_CLAMP | IORING_SETUP_CQSIZE | IORING_SETUP_R_DISABLED;
  switch (rung) {
    case io_uring_rung::deferred:
      return always | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER |
             IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG;
    case io_uring_rung::cooperative:
      return always | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN |
             IORING_SETUP_TASKRUN_FLAG;
    case io_uring_rung::plain:
      break;
  }
  return always;
}

// The kernel gives these waits no slack, unlike those of epoll and of futexes. So none is shorter
// than the slack of the thread: it would cost the kernel more than it lasts, and a loop with many
// timers would wake for each.
std::int64_t shortest_wait_of_this_thread() noexcept {
  const int slack = ::prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
  return slack < 0 ? 0 : slack;
}

// What the reactor cannot do without: no lost completions, a current position for reads and
// writes, polling inside the kernel, a time limit for enter, multishot poll (which came together
// with resource tags in 5.13).
constexpr unsigned needed = IORING_FEAT_NODROP | IORING_FEAT_RW_CUR_POS | IORING_FEAT_FAST_POLL |
                            IORING_FEAT_SUBMIT_STABLE | IORING_FEAT_EXT_ARG | IORING_FEAT_RSRC_TAGS;

const char* reason(int code) noexcept {
  switch (code) {
    case ENOSYS:
      return "io_uring: the kernel has none, or a sandbox hides it";
    case EPERM:
    case EACCES:
      return "io_uring: forbidden by a sandbox or by the setting kernel.io_uring_disabled";
    case ENOMEM:
      return "io_uring: no memory for the ring (see the limit of locked memory, ulimit -l)";
    case EINVAL:
    case EOPNOTSUPP:
      return "io_uring: the kernel is too old, 5.13 is needed";
    default:
      return "io_uring: set-up of the ring failed";
  }
}

}  // namespace

io_uring_ring::io_uring_ring(io_uring_rung first) {
  int error = -EINVAL;
  for (int rung = static_cast<int>(first); rung <= static_cast<int>(io_uring_rung::plain); ++rung) {
    error = set_up(static_cast<io_uring_rung>(rung));
    if (error != -EINVAL) break;
  }
  if (error == 0) return;
  throw std::system_error(-error, std::system_category(), reason(-error));
}

io_uring_ring::~io_uring_ring() { io_uring_queue_exit(&ring_); }

int io_uring_ring::set_up(io_uring_rung rung) noexcept {
  io_uring_params parameters{};
  parameters.flags = flags_of(rung);
  parameters.cq_entries = completion_entries;
  io_uring made{};
  const int error = io_uring_queue_init_params(submission_entries, &made, &parameters);
  if (error != 0) return error;
  if ((parameters.features & needed) != needed) {
    io_uring_queue_exit(&made);
    return -EOPNOTSUPP;
  }
  ring_ = made;
  rung_ = rung;
  owner_ = 0;
  return 0;
}

int io_uring_ring::announce_to(int eventfd) noexcept {
  const int error = io_uring_register_eventfd(&ring_, eventfd);
  if (error == 0) announced_to_ = eventfd;
  return error;
}

int io_uring_ring::provide(io_uring_buf_ring& buffers, unsigned count,
                           unsigned short group) noexcept {
  io_uring_buf_reg where{};
  where.ring_addr = reinterpret_cast<std::uintptr_t>(&buffers);
  where.ring_entries = count;
  where.bgid = group;
  return io_uring_register_buf_ring(&ring_, &where, 0);
}

bool io_uring_ring::belongs_elsewhere() const noexcept {
  return rung_ == io_uring_rung::deferred && owner_ != 0 && owner_ != this_thread();
}

int io_uring_ring::recreate() noexcept {
  io_uring old = ring_;
  const int error = set_up(rung_);
  if (error != 0) return error;
  io_uring_queue_exit(&old);
  if (announced_to_ >= 0) io_uring_register_eventfd(&ring_, announced_to_);
  // If the old owner lives, the kernel takes back what the ring held after the call. Until then an
  // accept in there can swallow the word of a connection, which the new ring then misses.
  const timespec pause{0, 2'000'000};
  nanosleep(&pause, nullptr);
  return 0;
}

// A ring is set up disabled, and belongs to the thread that enables it.
int io_uring_ring::become_owner() noexcept {
  // Not io_uring_enable_rings(): liburing 2.3 declares it and does not export it.
  const auto ring = static_cast<unsigned>(ring_.ring_fd);
  const int error = io_uring_register(ring, IORING_REGISTER_ENABLE_RINGS, nullptr, 0);
  if (error != 0) return error;
  owner_ = this_thread();
  shortest_wait_ = shortest_wait_of_this_thread();
  return 0;
}

io_uring_sqe* io_uring_ring::unsubmitted(std::uint32_t position, std::uint64_t user_data) noexcept {
  const io_uring_sq& queue = ring_.sq;
  if (position - *queue.khead >= queue.sqe_tail - *queue.khead) return nullptr;
  io_uring_sqe* entry = &queue.sqes[position & queue.ring_mask];
  return entry->user_data == user_data ? entry : nullptr;
}

// Hands the filled entries to the kernel, in the order of their places; newer liburing sets up
// rings without the array of indices.
unsigned io_uring_ring::flush() noexcept {
  io_uring_sq& queue = ring_.sq;
  if (queue.array != nullptr) {
    for (; queue.sqe_head != queue.sqe_tail; ++queue.sqe_head)
      queue.array[queue.sqe_head & queue.ring_mask] = queue.sqe_head & queue.ring_mask;
  }
  queue.sqe_head = queue.sqe_tail;
  io_uring_smp_store_release(queue.ktail, queue.sqe_tail);
  return queue.sqe_tail - *queue.khead;
}

bool io_uring_ring::has_completions() const noexcept {
  if (*ring_.cq.khead != io_uring_smp_load_acquire(ring_.cq.ktail)) return true;
  constexpr unsigned hidden = IORING_SQ_CQ_OVERFLOW | IORING_SQ_TASKRUN;
  return (IO_URING_READ_ONCE(*ring_.sq.kflags) & hidden) != 0;
}

int io_uring_ring::enter(std::int64_t timeout_ns) noexcept {
  if (owner_ == 0) {
    const int error = become_owner();
    if (error != 0) return error;
  }
  __kernel_timespec limit{};
  io_uring_getevents_arg argument{};
  if (timeout_ns > 0) {
    timeout_ns = std::max(timeout_ns, shortest_wait_);
    limit.tv_sec = timeout_ns / 1'000'000'000;
    limit.tv_nsec = timeout_ns % 1'000'000'000;
    argument.ts = reinterpret_cast<std::uintptr_t>(&limit);
  }
  // The interface of the library calls the extended argument a signal mask.
  const int result =
      io_uring_enter2(static_cast<unsigned>(ring_.ring_fd), flush(), timeout_ns == 0 ? 0 : 1,
                      IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG,
                      reinterpret_cast<sigset_t*>(&argument), sizeof argument);
  return result < 0 ? result : 0;
}

}  // namespace rill::detail
