// SPDX-License-Identifier: BSL-1.0
//
// The io_uring reactor's accepts and watches: what stays armed in the kernel while operations come
// and go, and is found again by descriptor and generation.
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <new>

#include "base/system_calls.hpp"
#include "reactor/accept_one.hpp"
#include "reactor/io_uring_operations.hpp"
#include "reactor/io_uring_reactor.hpp"

namespace rill::detail {

namespace {

// Connections accepted ahead of accept operations, before the kernel is told to stop. One answer of
// the kernel may bring more.
constexpr std::size_t most_accepted_ahead = 64;

// The kernel calls a file that cannot be polled ready for ever.
int error_of_polling(native_handle handle) noexcept {
  struct stat about{};
  if (fstat(static_cast<int>(handle), &about) != 0) return errno;
  return S_ISREG(about.st_mode) || S_ISDIR(about.st_mode) ? EPERM : 0;
}

}  // namespace

bool io_uring_reactor::arm_accept(io_uring_handle& handle) noexcept {
  if (handle.listener == nullptr) {
    handle.listener.reset(new (std::nothrow) io_uring_listener);
    if (handle.listener == nullptr) return false;
  }
  if (handle.listener->armed != 0) return true;
  io_uring_sqe* const place = entry();
  if (place == nullptr) return false;
  io_uring_prep_multishot_accept(place, handle.number, nullptr, nullptr,
                                 SOCK_NONBLOCK | SOCK_CLOEXEC);
  handle.listener->armed = next_generation();
  handle.listener->stop_wanted = false;
  place->user_data = user_data(tag_accept, handle, handle.listener->armed);
  ++in_kernel_;
  return true;
}

void io_uring_reactor::take_accept(io_uring_handle& handle, std::uint32_t generation,
                                   std::int64_t result, unsigned flags) noexcept {
  io_uring_listener& listener = *handle.listener;
  if (listener.armed != generation) {
    if (result >= 0) system_calls().close(static_cast<int>(result));
    return;
  }
  if ((flags & IORING_CQE_F_MORE) == 0) listener.armed = 0;
  record_list<io_op>& lane = handle.lane(io_direction::read);
  io_op* const first = lane.first();
  io_op* const waiting = first != nullptr && first->kind == io_kind::accept ? first : nullptr;
  const bool error = result < 0 && result != -ECANCELED && result != -EINTR &&
                     !concerns_only_the_connection(result);
  if (result >= 0 && waiting == nullptr) {
    keep_accepted(handle, static_cast<int>(result));
  } else if ((result >= 0 || error) && waiting != nullptr) {
    end_first(handle, *waiting, result);
  }
  if (listener.armed == 0 && !lane.empty()) list(handle);
}

void io_uring_reactor::keep_accepted(io_uring_handle& handle, int accepted) noexcept {
  io_uring_listener& listener = *handle.listener;
  try {
    listener.accepted.push_back(accepted);
  } catch (const std::bad_alloc&) {
    system_calls().close(accepted);
  }
  if (listener.waiting() == most_accepted_ahead) {
    listener.stop_wanted = true;
    list(handle);
  }
}

void io_uring_reactor::stop_accept_if_wanted(io_uring_handle& handle) noexcept {
  io_uring_listener* const listener = handle.listener.get();
  if (listener == nullptr || !listener->stop_wanted) return;
  listener->stop_wanted = false;
  if (listener->armed != 0) cancel_by_data(user_data(tag_accept, handle, listener->armed));
}

// Ends all that is armed for a handle, without a trace. Returns whether there was anything.
bool io_uring_reactor::disarm(io_uring_handle& handle) noexcept {
  bool armed = false;
  for (std::size_t side = 0; side < 2; ++side) {
    armed |= handle.armed_watch[side] != 0;
    if (io_watch* const watch = handle.watches[side]; watch != nullptr) {
      drop_watch(handle, *watch);
      watch->handle = invalid_handle;
    } else if (handle.armed_watch[side] != 0) {
      const tag kind = side == 0 ? tag_read_watch : tag_write_watch;
      cancel_by_data(user_data(kind, handle, handle.armed_watch[side]));
      handle.armed_watch[side] = 0;
    }
  }
  if (handle.listener != nullptr) {
    const std::uint32_t generation = handle.listener->armed;
    handle.listener->armed = 0;
    handle.listener->stop_wanted = false;
    handle.listener->close_accepted();
    if (generation != 0) cancel_by_data(user_data(tag_accept, handle, generation));
    armed |= generation != 0;
  }
  const std::uint32_t receiving = handle.receiver.armed;
  handle.receiver.clear(buffers_);
  if (receiving != 0) cancel_by_data(user_data(tag_receive, handle, receiving));
  return armed || receiving != 0;
}

int io_uring_reactor::add_watch(io_watch& watch) noexcept {
  if (const int error = error_of_polling(watch.handle); error != 0) return error;
  io_uring_handle* const handle = handles_.get(watch.handle);
  if (handle == nullptr) return ENOMEM;
  if (watch.direction == io_direction::read && handle->receiver.in_front()) return EBUSY;
  io_watch*& place = handle->watches[static_cast<std::size_t>(watch.direction)];
  if (place != nullptr) return EEXIST;
  place = &watch;
  watch.reactor_state = watch_listed;
  watches_.push_back(watch);
  ++pending_;
  return 0;
}

void io_uring_reactor::remove_watch(io_watch& watch) noexcept {
  if (watch.handle == invalid_handle) return;  // its handle was forgotten
  io_uring_handle* const handle = handles_.find(watch.handle);
  if (handle == nullptr || handle->watches[static_cast<std::size_t>(watch.direction)] != &watch)
    return;
  drop_watch(*handle, watch);
}

void io_uring_reactor::drop_watch(io_uring_handle& handle, io_watch& watch) noexcept {
  const auto side = static_cast<std::size_t>(watch.direction);
  if (watch.reactor_state != watch_armed) watches_.remove(watch);
  watch.reactor_state = watch_armed;
  handle.watches[side] = nullptr;
  --pending_;
  const std::uint32_t generation = handle.armed_watch[side];
  handle.armed_watch[side] = 0;
  if (generation == 0) return;
  const tag kind = watch.direction == io_direction::read ? tag_read_watch : tag_write_watch;
  cancel_by_data(user_data(kind, handle, generation));
}

// One poll, one answer: level-triggered, as the handle is looked at each time one is armed.
void io_uring_reactor::arm_watches() noexcept {
  while (io_watch* const watch = watches_.first()) {
    io_uring_sqe* const place = entry();
    if (place == nullptr) return;
    watches_.remove(*watch);
    watch->reactor_state = watch_armed;
    io_uring_handle& handle = *handles_.find(watch->handle);
    const tag kind = watch->direction == io_direction::read ? tag_read_watch : tag_write_watch;
    const std::uint32_t generation = next_generation();
    io_uring_prep_poll_add(place, handle.number, uring::poll_mask(watch->direction));
    place->user_data = user_data(kind, handle, generation);
    handle.armed_watch[static_cast<std::size_t>(watch->direction)] = generation;
    ++in_kernel_;
  }
}

void io_uring_reactor::take_watch(io_uring_handle& handle, io_direction direction,
                                  std::uint32_t generation, std::int64_t result) noexcept {
  const auto side = static_cast<std::size_t>(direction);
  if (handle.armed_watch[side] != generation) return;
  handle.armed_watch[side] = 0;
  io_watch* const watch = handle.watches[side];
  if (watch == nullptr) return;
  // Given up by the kernel because its thread has ended: not ready, only to be armed again.
  watch->reactor_state = result == -ECANCELED ? watch_listed : watch_ready;
  watches_.push_back(*watch);
}

}  // namespace rill::detail
