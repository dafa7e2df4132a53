// SPDX-License-Identifier: BSL-1.0
//
// The io_uring reactor's wait: submits, takes the kernel's answers, tells the ends. Wakes it, too.
#include <sys/eventfd.h>

#include <cerrno>

#include "base/system_calls.hpp"
#include "reactor/io_uring_operations.hpp"
#include "reactor/io_uring_reactor.hpp"

namespace rill::detail {

namespace {

// With so many ends in one wait, or fewer, sends are calls of their own.
constexpr std::size_t most_ends_for_direct_sends = 1;

io_op& operation_of(std::uint64_t user_data) noexcept {
  // Only issue() makes user data with the tag of operations, from a record's address.
  return *reinterpret_cast<io_op*>(static_cast<std::uintptr_t>(user_data));
}

void write_one(int eventfd) noexcept {
  const std::uint64_t one = 1;
  const int before = errno;  // this may run in a signal handler
  // The only failure is a full counter, which wakes as well.
  const auto written = system_calls().write(eventfd, &one, sizeof one);
  static_cast<void>(written);
  errno = before;
}

}  // namespace

// The kernel is asked to give all back, by the addresses of the records, which need not exist any
// more. In another thread than the ring's, which has ended as a rule, the kernel has done so then.
io_uring_reactor::~io_uring_reactor() {
  closing_ = true;
  ring_.for_each_unsubmitted([this](io_uring_sqe& place) {
    if (place.user_data == tag_unheeded) return;
    io_uring_prep_nop(&place);
    place.user_data = tag_unheeded;
    --in_kernel_;
  });
  if (!ring_.belongs_elsewhere() && in_kernel_ != 0) {
    handles_.for_each([this](io_uring_handle& handle) {
      for (const record_list<io_op>& lane : handle.operations) {
        if (!lane.empty()) cancel_by_data(reinterpret_cast<std::uintptr_t>(lane.first()));
      }
      for (io_watch*& watch : handle.watches) watch = nullptr;
      disarm(handle);
    });
    if (waker_armed_) cancel_by_data(tag_wake);
    while (in_kernel_ != 0) {
      enter(-1);
      ring_.harvest([this](const io_uring_cqe& answer) { take(answer); });
    }
  }
  system_calls().close(waker_);
  const int bell = bell_.load(std::memory_order_relaxed);
  if (bell >= 0) system_calls().close(bell);
}

void io_uring_reactor::wait(std::int64_t timeout_ns) noexcept {
  if (ring_.belongs_elsewhere()) [[unlikely]]
    move_here();
  silence_bell();
  if (listed_ != nullptr) [[unlikely]]
    issue_listed();
  arm_watches();
  if (timeout_ns != 0 && only_wake_ends_it()) {
    activity_.nap(timeout_ns);
    direct_sends_ = true;
    return;
  }
  if (!waker_armed_) [[unlikely]]
    arm_waker();
  timeout_ns = fall_asleep(timeout_ns);
  if (timeout_ns != 0 || ring_.has_unsubmitted() || ring_.has_completions()) enter(timeout_ns);
  activity_.rise();
  ring_.harvest([this](const io_uring_cqe& answer) { take(answer); });
  tell();
  // The kernel brings a limited number at a time, and announces no rest; nor what is to be issued.
  if (bell_.load(std::memory_order_relaxed) >= 0 &&
      (ring_.has_completions() || listed_ != nullptr)) {
    ring_bell();
  }
}

// The kernel has nothing of ours but the waker, nobody waits for the bell, and nothing is to be
// told.
bool io_uring_reactor::only_wake_ends_it() const noexcept {
  return pending_ == 0 && in_kernel_ == (waker_armed_ ? 1U : 0U) && loop_activity::can_nap() &&
         bell_.load(std::memory_order_relaxed) < 0 && !ring_.has_unsubmitted() &&
         !ring_.has_completions();
}

// Without memory or room for completions the kernel takes fewer entries than there are; they stay,
// and the next call offers them again.
int io_uring_reactor::enter(std::int64_t timeout_ns) noexcept {
  const int error = ring_.enter(timeout_ns);
  if (error == -EBUSY || error == -EAGAIN) {
    // Not inside harvest(), which calls nothing that enters.
    ring_.harvest([this](const io_uring_cqe& answer) { take(answer); });
  }
  return error;
}

io_uring_sqe* io_uring_reactor::entry() noexcept {
  if (io_uring_sqe* const place = ring_.try_entry()) [[likely]]
    return place;
  if (ring_.belongs_elsewhere()) move_here();
  for (int tries = 0; tries < 8; ++tries) {
    if (io_uring_sqe* const place = ring_.try_entry()) return place;
    enter(0);
  }
  return ring_.try_entry();
}

// For entries without which something would never end; memory comes back some time.
io_uring_sqe& io_uring_reactor::needed_entry() noexcept {
  while (true) {
    if (io_uring_sqe* const place = entry()) return *place;
  }
}

void io_uring_reactor::cancel_by_data(std::uint64_t user_data) noexcept {
  io_uring_sqe& place = needed_entry();
  io_uring_prep_cancel64(&place, user_data, 0);
  place.user_data = tag_unheeded;
  if (ring_.can_skip_success()) place.flags |= IOSQE_CQE_SKIP_SUCCESS;
}

std::uint32_t io_uring_reactor::next_generation() noexcept {
  if (++generation_ == 0) ++generation_;
  return generation_;
}

void io_uring_reactor::take(const io_uring_cqe& answer) noexcept {
  const std::uint64_t data = answer.user_data;
  const auto kind = static_cast<tag>(data & 7);
  if (kind == tag_unheeded) return;
  const bool last = (answer.flags & IORING_CQE_F_MORE) == 0;
  if (last) --in_kernel_;
  if (closing_) {
    if (kind == tag_accept && answer.res >= 0) system_calls().close(answer.res);
    return;
  }
  if (kind == tag_operation) {
    take_operation(operation_of(data), answer.res, answer.flags);
    return;
  }
  if (kind == tag_wake) {
    if (last) waker_armed_ = false;
    return;
  }
  io_uring_handle& handle = *handles_.find(static_cast<native_handle>(data >> 3 & 0x1fff'ffff));
  const auto generation = static_cast<std::uint32_t>(data >> 32);
  if (kind == tag_accept) {
    take_accept(handle, generation, answer.res, answer.flags);
  } else if (kind == tag_receive) {
    take_receive(handle, generation, answer.res, answer.flags);
  } else {
    take_watch(handle, kind == tag_read_watch ? io_direction::read : io_direction::write,
               generation, answer.res);
  }
}

void io_uring_reactor::take_operation(io_op& op, std::int64_t result, unsigned flags) noexcept {
  io_uring_handle* const answered = take_answered(op);
  if (answered == nullptr) return;
  io_uring_handle& handle = *answered;
  const unsigned before = op.reactor_state;
  if ((before & state_polling) != 0) {
    take_polled(handle, op, result);
    return;
  }
  if (op.kind == io_kind::receive) {
    handle.nonempty = (flags & IORING_CQE_F_SOCK_NONEMPTY) != 0 && result >= 0;
    note_size(handle, result);
  }
  const bool nothing_done = result == -ECANCELED || result == -EINTR ||
                            (result == -EAGAIN && op.kind != io_kind::connect);
  if (nothing_done && (before & state_asked) != 0) {
    end_first(handle, op, io_cancelled);
  } else if (nothing_done) {
    // Interrupted, or the thread has ended that gave it to the kernel: again. Before 5.19 it also
    // says that it would block: poll first.
    if (result == -EAGAIN) op.reactor_state |= state_polling;
    list(handle);
  } else {
    end_first(handle, op, result);
  }
}

void io_uring_reactor::take_polled(io_uring_handle& handle, io_op& op,
                                   std::int64_t result) noexcept {
  const bool asked = (op.reactor_state & state_asked) != 0;
  const bool interrupted = result == -ECANCELED || result == -EINTR;
  op.reactor_state &= static_cast<std::uint8_t>(~state_polling);
  if (interrupted && asked) {
    end_first(handle, op, io_cancelled);
  } else if (interrupted) {
    list(handle);
  } else if (result < 0) {
    end_first(handle, op, result);
  } else if (op.kind == io_kind::wait_readable || op.kind == io_kind::wait_writable) {
    end_first(handle, op, 0);
  } else if (asked) {
    end_first(handle, op, io_cancelled);
  } else if (!is_polled(op.kind)) {
    list(handle);
  } else {
    const std::int64_t done = uring::perform(op);
    if (op.kind != io_kind::send_message) handle.nonempty = done >= 0;
    if (done == -EAGAIN) {
      list(handle);
    } else {
      end_first(handle, op, done);
    }
  }
}

void io_uring_reactor::tell() noexcept {
  for (io_watch* watch = watches_.first(); watch != nullptr; watch = watch->next) {
    if (watch->reactor_state != watch_ready) continue;
    watch->reactor_state = watch_listed;
    watch->fire(*watch);
  }
  direct_sends_ = tell_ends() <= most_ends_for_direct_sends;
}

// The eventfd is never read: a multishot poll reports each write.
void io_uring_reactor::arm_waker() noexcept {
  io_uring_sqe& place = needed_entry();
  io_uring_prep_poll_multishot(&place, waker_, uring::poll_mask(io_direction::read));
  place.user_data = tag_wake;
  waker_armed_ = true;
  ++in_kernel_;
}

void io_uring_reactor::wake() noexcept {
  const activity before = activity_.wake();
  if (before == activity::asleep) write_one(waker_);
  if (before != activity::woken) ring_bell();
}

native_handle io_uring_reactor::pollable() const noexcept {
  int bell = bell_.load(std::memory_order_relaxed);
  if (bell >= 0) return bell;
  bell = system_calls().eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);  // set: something may be there
  if (bell < 0) return invalid_handle;
  if (ring_.announce_to(bell) != 0) {
    system_calls().close(bell);
    return invalid_handle;
  }
  bell_.store(bell, std::memory_order_release);  // pairs with ring_bell()
  return bell;
}

void io_uring_reactor::ring_bell() const noexcept {
  const int bell = bell_.load(std::memory_order_acquire);
  if (bell >= 0) write_one(bell);
}

void io_uring_reactor::silence_bell() noexcept {
  const int bell = bell_.load(std::memory_order_relaxed);
  std::uint64_t count = 0;
  if (bell < 0) return;
  const auto taken = system_calls().read(bell, &count, sizeof count);
  static_cast<void>(taken);
}

// In another thread than the ring's, all that has no answer is issued anew, in a new ring.
void io_uring_reactor::move_here() noexcept {
  ring_.harvest([this](const io_uring_cqe& answer) { take(answer); });
  if (ring_.recreate() != 0) return;
  buffers_.renew(ring_);
  in_kernel_ = 0;
  waker_armed_ = false;
  while (io_op* const op = forgotten_.pop_front()) end(*op, io_closed);
  handles_.for_each([this](io_uring_handle& handle) {
    for (record_list<io_op>& lane : handle.operations) {
      io_op* const op = lane.first();
      if (op == nullptr) continue;
      const bool asked = (op->reactor_state & state_asked) != 0;
      op->reactor_state = 0;
      if (asked) {
        end_first(handle, *op, io_cancelled);
      } else {
        list(handle);
      }
    }
    for (std::size_t side = 0; side < 2; ++side) {
      io_watch* const watch = handle.watches[side];
      if (handle.armed_watch[side] != 0 && watch != nullptr) {
        watch->reactor_state = watch_listed;
        watches_.push_back(*watch);
      }
      handle.armed_watch[side] = 0;
    }
    if (handle.listener != nullptr) handle.listener->armed = 0;
    handle.receiver.armed = 0;
    handle.receiver.stop_wanted = false;
  });
}

}  // namespace rill::detail
