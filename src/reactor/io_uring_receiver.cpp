// SPDX-License-Identifier: BSL-1.0
//
// The io_uring reactor's receives that stay armed: bytes come into buffers of the reactor, and are
// copied from there to the operations that ask for them.
#include <sys/socket.h>

#include <cerrno>

#include "base/system_calls.hpp"
#include "reactor/io_uring_operations.hpp"
#include "reactor/io_uring_reactor.hpp"

namespace rill::detail {

namespace {

// Linux 6.18, at least, loses the end of a Unix stream that comes right behind bytes: the receive
// that stays armed takes the bytes, counts both wake-ups as seen, and sleeps for ever.
bool loses_its_end(int descriptor) noexcept {
  int domain = 0;
  socklen_t size = sizeof domain;
  return system_calls().getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
         domain == AF_UNIX;
}

}  // namespace

bool io_uring_reactor::may_receive_ahead(io_uring_handle& handle, const io_op& op) noexcept {
  constexpr unsigned flags = io_read_ahead | io_peek;
  io_uring_receiver& receiver = handle.receiver;
  if (op.kind != io_kind::receive || (op.flags & flags) != io_read_ahead || op.size == 0 ||
      receiver.one_shots != 0 || receiver.refused || handle.watches[0] != nullptr ||
      !buffers_.available(ring_)) {
    return false;
  }
  if (!receiver.examined) {
    receiver.examined = true;
    receiver.refused = loses_its_end(handle.number);
  }
  return !receiver.refused;
}

bool io_uring_reactor::arm_receive(io_uring_handle& handle) noexcept {
  io_uring_sqe* const place = entry();
  if (place == nullptr) return false;
  io_uring_prep_recv_multishot(place, handle.number, nullptr, 0, 0);
  place->flags |= IOSQE_BUFFER_SELECT;
  place->buf_group = io_uring_buffers::group;
  if (!handle.nonempty) place->ioprio |= IORING_RECVSEND_POLL_FIRST;
  handle.receiver.armed = next_generation();
  handle.receiver.stop_wanted = false;
  place->user_data = user_data(tag_receive, handle, handle.receiver.armed);
  ++in_kernel_;
  return true;
}

void io_uring_reactor::take_receive(io_uring_handle& handle, std::uint32_t generation,
                                    std::int32_t result, unsigned flags) noexcept {
  io_uring_receiver& receiver = handle.receiver;
  const auto buffer = static_cast<io_uring_buffers::number>(flags >> IORING_CQE_BUFFER_SHIFT);
  const bool has_buffer = (flags & IORING_CQE_F_BUFFER) != 0;
  if (receiver.armed != generation) {
    if (has_buffer) buffers_.give_back(buffer);
    return;
  }
  if ((flags & IORING_CQE_F_MORE) == 0) {
    receiver.armed = 0;
    receiver.stop_wanted = false;
  }
  if (result > 0) {
    receiver.push(buffers_, buffer, static_cast<std::size_t>(result));
    handle.nonempty = (flags & IORING_CQE_F_SOCK_NONEMPTY) != 0;
    if (result == static_cast<std::int32_t>(io_uring_buffers::size)) {
      receiver.one_shots = io_uring_receiver::expect_much;
    }
  } else {
    if (has_buffer) buffers_.give_back(buffer);
    note_end_of_receive(receiver, result);
    handle.nonempty = true;  // or unknown
  }
  record_list<io_op>& lane = handle.lane(io_direction::read);
  for (io_op* op = lane.first(); op != nullptr; op = lane.first()) {
    if (!receiver.serve(buffers_, *op)) break;
    end_first(handle, *op, op->result);
  }
  if (receiver.armed == 0) {
    if (!lane.empty()) list(handle);
  } else if (receiver.one_shots != 0 || receiver.kept >= io_uring_receiver::most_kept) {
    receiver.stop_wanted = true;
    list(handle);
  }
}

void io_uring_reactor::note_end_of_receive(io_uring_receiver& receiver,
                                           std::int32_t result) noexcept {
  switch (-result) {
    case ECANCELED:
    case EINTR:
    case EAGAIN:
      break;  // only this receive is over
    case ENOBUFS:
      receiver.one_shots = io_uring_receiver::expect_much;
      break;
    case EINVAL:
    case EOPNOTSUPP:
    case ENOTSOCK:
      receiver.refused = true;  // the operation by itself brings the right error
      break;
    default:
      receiver.ended = true;
      receiver.end = result;
  }
}

void io_uring_reactor::stop_receive_if_wanted(io_uring_handle& handle) noexcept {
  io_uring_receiver& receiver = handle.receiver;
  if (!receiver.stop_wanted) return;
  receiver.stop_wanted = false;
  if (receiver.armed != 0) cancel_by_data(user_data(tag_receive, handle, receiver.armed));
}

}  // namespace rill::detail
