// SPDX-License-Identifier: BSL-1.0
#include "reactor/io_uring_operations.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "base/quiet_write.hpp"
#include "base/system_calls.hpp"
#include "base/uninterrupted.hpp"
#include "reactor/accept_one.hpp"
#include "reactor/direction.hpp"

namespace rill::detail::uring {
namespace {

static_assert(sizeof(io_buffer) == sizeof(iovec) &&
                  offsetof(io_buffer, data) == offsetof(iovec, iov_base) &&
                  offsetof(io_buffer, size) == offsetof(iovec, iov_len),
              "buffers are handed to the system as they are");

// The system moves at most this many bytes in one call, and entries have 32 bits for the size.
unsigned size_of(const io_op& op) noexcept {
  constexpr std::size_t most = 0x7ffff000;
  return static_cast<unsigned>(std::min(op.size, most));
}

int receive_flags(const io_op& op) noexcept { return (op.flags & io_peek) != 0 ? MSG_PEEK : 0; }

msghdr header_of(const io_message& message) noexcept {
  msghdr header{};
  // Same layout as asserted above; the system only reads the vector.
  header.msg_iov = reinterpret_cast<iovec*>(const_cast<io_buffer*>(message.buffers));
  header.msg_iovlen = message.buffer_count;
  header.msg_name = message.address;
  header.msg_namelen = message.address != nullptr ? message.address_size : 0;
  return header;
}

std::int64_t receive_message(int handle, io_op& op) noexcept {
  io_message& message = op.message();
  msghdr header = header_of(message);
  const int flags = MSG_DONTWAIT | MSG_CMSG_CLOEXEC | receive_flags(op);
  const std::int64_t result =
      uninterrupted([&] { return system_calls().recvmsg(handle, &header, flags); });
  if (result >= 0) {
    message.address_size = header.msg_namelen;
    message.truncated = (header.msg_flags & MSG_TRUNC) != 0;
  }
  return result;
}

}  // namespace

unsigned poll_mask(io_direction direction) noexcept {
  return direction == io_direction::read ? POLLIN : POLLOUT;
}

bool is_polled(io_kind kind) noexcept {
  return kind == io_kind::receive_message || kind == io_kind::send_message ||
         kind == io_kind::wait_readable || kind == io_kind::wait_writable;
}

void prepare(io_uring_sqe& entry, const io_op& op, bool poll_first) noexcept {
  const int handle = static_cast<int>(op.handle);
  constexpr std::uint64_t current_position = ~std::uint64_t{0};
  switch (op.kind) {
    case io_kind::receive:
      io_uring_prep_recv(&entry, handle, op.data, size_of(op), receive_flags(op));
      if (poll_first) entry.ioprio |= IORING_RECVSEND_POLL_FIRST;
      break;
    case io_kind::send:
      io_uring_prep_send(&entry, handle, op.data, size_of(op), MSG_NOSIGNAL);
      if (poll_first) entry.ioprio |= IORING_RECVSEND_POLL_FIRST;
      break;
    case io_kind::connect:
      io_uring_prep_connect(&entry, handle, static_cast<const sockaddr*>(op.data),
                            static_cast<socklen_t>(op.size));
      break;
    case io_kind::read:
      io_uring_prep_read(&entry, handle, op.data, size_of(op), current_position);
      break;
    case io_kind::write:
      io_uring_prep_write(&entry, handle, op.data, size_of(op), current_position);
      break;
    case io_kind::read_at:
      io_uring_prep_read(&entry, handle, op.place().memory, size_of(op), op.place().offset);
      break;
    case io_kind::write_at:
      io_uring_prep_write(&entry, handle, op.place().memory, size_of(op), op.place().offset);
      break;
    case io_kind::accept:
    case io_kind::receive_message:
    case io_kind::send_message:
    case io_kind::wait_readable:
    case io_kind::wait_writable:
      io_uring_prep_poll_add(&entry, handle, poll_mask(direction_of(op.kind)));
      break;
  }
}

std::int64_t perform(io_op& op) noexcept {
  const int handle = static_cast<int>(op.handle);
  switch (op.kind) {
    case io_kind::receive:
      return uninterrupted([&] {
        return system_calls().recv(handle, op.data, op.size, MSG_DONTWAIT | receive_flags(op));
      });
    case io_kind::send:
      return uninterrupted([&] {
        return system_calls().send(handle, op.data, op.size, MSG_DONTWAIT | MSG_NOSIGNAL);
      });
    case io_kind::receive_message:
      return receive_message(handle, op);
    case io_kind::send_message: {
      const msghdr header = header_of(op.message());
      return uninterrupted(
          [&] { return system_calls().sendmsg(handle, &header, MSG_DONTWAIT | MSG_NOSIGNAL); });
    }
    case io_kind::accept:
      return accept_one(handle);
    case io_kind::write:
      return uninterrupted([&] { return quiet_write(handle, op.data, op.size); });
    case io_kind::connect:
    case io_kind::read:
    case io_kind::read_at:
    case io_kind::write_at:
    case io_kind::wait_readable:
    case io_kind::wait_writable:
      break;
  }
  return 0;
}

}  // namespace rill::detail::uring
