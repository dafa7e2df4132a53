// SPDX-License-Identifier: BSL-1.0
#include "reactor/socket_calls.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstddef>

#include "base/quiet_write.hpp"
#include "base/system_calls.hpp"
#include "base/system_numbers.hpp"
#include "base/uninterrupted.hpp"
#include "reactor/accept_one.hpp"

namespace rill::detail {

namespace {

static_assert(sizeof(io_buffer) == sizeof(iovec) &&
                  offsetof(io_buffer, size) == offsetof(iovec, iov_len),
              "io_buffer is laid out as the system's vector element");

// io_op::reactor_state of a connect.
constexpr std::uint8_t connect_begun = 1;

static_assert(EAGAIN == EWOULDBLOCK);
constexpr std::int64_t would_block = INT64_MIN + 2;

std::int64_t told(std::int64_t done) noexcept { return done == -EAGAIN ? would_block : done; }

template <class Call>
std::int64_t repeat_if_interrupted(Call call) noexcept {
  return told(uninterrupted(call));
}

msghdr header_of(io_message& message) noexcept {
  msghdr header{};
  header.msg_name = message.address;
  header.msg_namelen = message.address == nullptr ? 0 : message.address_size;
  // The call does not write through it, although the type says so.
  header.msg_iov = const_cast<iovec*>(reinterpret_cast<const iovec*>(message.buffers));
  header.msg_iovlen = static_cast<decltype(header.msg_iovlen)>(message.buffer_count);
  return header;
}

std::int64_t receive_message(int handle, io_message& message) noexcept {
  msghdr header = header_of(message);
  const std::int64_t done =
      repeat_if_interrupted([&] { return system_calls().recvmsg(handle, &header, MSG_DONTWAIT); });
  if (done >= 0) {
    message.address_size = header.msg_namelen;
    message.truncated = (header.msg_flags & MSG_TRUNC) != 0;
  }
  return done;
}

std::int64_t send_message(int handle, io_message& message) noexcept {
  const msghdr header = header_of(message);
  const int flags = system_numbers::no_signal | MSG_DONTWAIT;
  return repeat_if_interrupted([&] { return system_calls().sendmsg(handle, &header, flags); });
}

std::int64_t connect_error(int handle) noexcept {
  int error = 0;
  socklen_t size = sizeof error;
  if (system_calls().getsockopt(handle, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return -errno;
  if (error != 0) return -error;
  // A report may be older than the attempt: an unconnected socket hangs up as well.
  sockaddr_storage peer{};
  size = sizeof peer;
  if (system_calls().getpeername(handle, reinterpret_cast<sockaddr*>(&peer), &size) == 0) return 0;
  return errno == ENOTCONN ? would_block : -errno;
}

std::int64_t connect_step(descriptor& entry, io_op& op) noexcept {
  if (op.reactor_state == connect_begun) {
    const std::int64_t done = connect_error(entry.number);
    if (done == 0) entry.hung_up = false;
    return done;
  }
  const int done = system_calls().connect(entry.number, static_cast<const sockaddr*>(op.data),
                                          static_cast<socklen_t>(op.size));
  if (done == 0) return 0;
  // An interrupted connect goes on by itself, as one in progress.
  if (errno != EINPROGRESS && errno != EINTR) return -errno;
  op.reactor_state = connect_begun;
  return would_block;
}

std::int64_t poll_once(int handle, short wanted) noexcept {
  pollfd looked{handle, wanted, 0};
  const std::int64_t done =
      repeat_if_interrupted([&] { return system_calls().poll(&looked, 1, 0); });
  if (done < 0) return done;
  return done == 0 ? would_block : 0;
}

std::int64_t perform(descriptor& entry, io_op& op) noexcept {
  const int handle = entry.number;
  const system_call_table& system = system_calls();
  switch (op.kind) {
    case io_kind::receive: {
      const int flags = MSG_DONTWAIT | ((op.flags & io_peek) != 0 ? MSG_PEEK : 0);
      return repeat_if_interrupted([&] { return system.recv(handle, op.data, op.size, flags); });
    }
    case io_kind::send: {
      const int flags = system_numbers::no_signal | MSG_DONTWAIT;
      return repeat_if_interrupted([&] { return system.send(handle, op.data, op.size, flags); });
    }
    case io_kind::receive_message:
      return receive_message(handle, op.message());
    case io_kind::send_message:
      return send_message(handle, op.message());
    case io_kind::accept:
      return told(accept_one(handle));
    case io_kind::connect:
      return connect_step(entry, op);
    case io_kind::read:
      return repeat_if_interrupted([&] { return system.read(handle, op.data, op.size); });
    case io_kind::write:
      return repeat_if_interrupted([&] { return quiet_write(handle, op.data, op.size); });
    case io_kind::read_at: {
      const io_place& place = op.place();
      return repeat_if_interrupted([&] {
        return system.pread(handle, place.memory, op.size, static_cast<off_t>(place.offset));
      });
    }
    case io_kind::write_at: {
      const io_place& place = op.place();
      return repeat_if_interrupted([&] {
        return system.pwrite(handle, place.memory, op.size, static_cast<off_t>(place.offset));
      });
    }
    case io_kind::wait_readable:
      return poll_once(handle, POLLIN);
    case io_kind::wait_writable:
      return poll_once(handle, POLLOUT);
  }
  return -EINVAL;
}

bool is_stream(descriptor& entry) noexcept {
  if (entry.kind == descriptor_kind::unknown) {
    int type = 0;
    socklen_t size = sizeof type;
    const bool known =
        system_calls().getsockopt(entry.number, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
    entry.kind = known && type == SOCK_STREAM ? descriptor_kind::stream : descriptor_kind::other;
  }
  return entry.kind == descriptor_kind::stream;
}

// A short read of a stream has drained it, so the next read parks without trying. Not after the
// peer has hung up: the end of the stream, or the error, has been reported already and is still to
// be read.
bool has_drained(descriptor& entry, const io_op& op) noexcept {
  return op.kind == io_kind::receive && op.result > 0 &&
         static_cast<std::size_t>(op.result) < op.size && (op.flags & io_peek) == 0 &&
         !entry.hung_up && is_stream(entry);
}

}  // namespace

bool try_operation(descriptor& entry, descriptor_side& side, io_op& op) noexcept {
  const std::int64_t done = perform(entry, op);
  if (done == would_block) {
    side.may_try = entry.always_ready;
    return entry.always_ready;  // a file cannot block; if it says so, that is its answer
  }
  op.result = done;
  side.may_try = !has_drained(entry, op);
  return true;
}

}  // namespace rill::detail
