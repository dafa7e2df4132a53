// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/system_calls.hpp"
#include "base/system_numbers.hpp"
#include "exec/process_channel.hpp"
#include "rill/base/error.hpp"

namespace rill::detail {

namespace {

constexpr std::size_t most_handles = 16;
constexpr std::size_t control_size = CMSG_SPACE(most_handles * sizeof(int));

bool is_gone(int error) noexcept { return error == EPIPE || error == ECONNRESET; }

iovec vector_of(std::span<const std::byte> bytes) noexcept {
  // sendmsg() does not write to what it sends.
  return {const_cast<std::byte*>(bytes.data()), bytes.size()};
}

void put_handles(msghdr& message, std::span<const native_handle> handles) noexcept {
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len =
      static_cast<decltype(header->cmsg_len)>(CMSG_LEN(handles.size() * sizeof(int)));
  auto* to = CMSG_DATA(header);
  for (const native_handle handle : handles) {
    const int number = static_cast<int>(handle);
    std::memcpy(to, &number, sizeof number);
    to += sizeof number;
  }
}

void take_handles(msghdr& message, std::vector<native_handle>& handles) {
  // Nothing else was asked for, and the handles of a message come together.
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (header == nullptr || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) {
    return;
  }
  const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
  const auto* from = CMSG_DATA(header);
  for (std::size_t i = 0; i < count; ++i) {
    int number = -1;
    std::memcpy(&number, from + i * sizeof number, sizeof number);
    handles.push_back(number);
  }
}

}  // namespace

process_channel& process_channel::operator=(process_channel&& other) noexcept {
  if (this == &other) return *this;
  close();
  socket_ = std::exchange(other.socket_, invalid_handle);
  ended_ = std::exchange(other.ended_, invalid_handle);
  deadline_ = other.deadline_;
  return *this;
}

void process_channel::send(std::span<const std::byte> head, std::span<const std::byte> body,
                           std::span<const native_handle> handles) {
  alignas(cmsghdr) std::array<std::byte, control_size> control{};
  const int flags = system_numbers::no_signal | (ended_ == invalid_handle ? 0 : MSG_DONTWAIT);
  while (!head.empty() || !body.empty()) {
    std::array<iovec, 2> parts{vector_of(head), vector_of(body)};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    if (!handles.empty()) {
      message.msg_control = control.data();
      message.msg_controllen =
          static_cast<decltype(message.msg_controllen)>(CMSG_SPACE(handles.size() * sizeof(int)));
      put_handles(message, handles);
    }
    const ssize_t sent = system_calls().sendmsg(static_cast<int>(socket_), &message, flags);
    if (sent < 0) {
      if (errno == EAGAIN) {
        wait(wanted::writing);
      } else if (is_gone(errno)) {
        throw wire_closed();
      } else if (errno != EINTR) {
        throw_system_error(errno, "rill: sending to a process of a pool");
      }
      continue;
    }
    handles = {};
    const std::size_t of_head = std::min(head.size(), static_cast<std::size_t>(sent));
    head = head.subspan(of_head);
    body = body.subspan(static_cast<std::size_t>(sent) - of_head);
  }
}

std::size_t process_channel::receive(std::span<std::byte> room,
                                     std::vector<native_handle>& handles) {
  alignas(cmsghdr) std::array<std::byte, control_size> control{};
  const int flags =
      system_numbers::handles_not_inherited | (ended_ == invalid_handle ? 0 : MSG_DONTWAIT);
  while (true) {
    iovec part{room.data(), room.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = system_calls().recvmsg(static_cast<int>(socket_), &message, flags);
    if (got > 0) {
      take_handles(message, handles);
      return static_cast<std::size_t>(got);
    }
    if (got == 0 || is_gone(errno)) throw wire_closed();
    if (errno == EAGAIN) {
      wait(wanted::reading);
    } else if (errno != EINTR) {
      throw_system_error(errno, "rill: receiving from a process of a pool");
    }
  }
}

// What the process sent before it ended is still to be read.
void process_channel::wait(wanted what) {
  const short events = what == wanted::reading ? POLLIN : POLLOUT;
  while (true) {
    int limit = -1;
    if (deadline_ != clock::time_point::max()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - clock::now());
      if (left.count() <= 0) throw wire_late();
      limit = static_cast<int>(std::min<std::int64_t>(left.count(), 60'000));
    }
    std::array<pollfd, 2> watched{
        {{static_cast<int>(socket_), events, 0}, {static_cast<int>(ended_), POLLIN, 0}}};
    const int ready = system_calls().poll(watched.data(), watched.size(), limit);
    if (ready < 0 && errno != EINTR) {
      throw_system_error(errno, "rill: waiting for a process of a pool");
    }
    if (ready <= 0) continue;
    if (watched[0].revents != 0) return;
    if (watched[1].revents != 0) {
      // It may have sent between the two looks.
      watched[1].fd = -1;
      if (what == wanted::reading && system_calls().poll(watched.data(), 1, 0) > 0) return;
      throw wire_closed();
    }
  }
}

void process_channel::finish() noexcept {
  if (is_open()) system_calls().shutdown(static_cast<int>(socket_), SHUT_WR);
}

void process_channel::close() noexcept {
  close_handle(std::exchange(socket_, invalid_handle));
  ended_ = invalid_handle;
}

channel_pair make_channel_pair() {
  std::array<int, 2> ends{};
  constexpr int kind = SOCK_STREAM;
  if (system_calls().socketpair(AF_UNIX, kind | system_numbers::not_inherited, 0, ends.data()) !=
      0) {
    throw_system_error(errno, "rill: connecting with a process of a pool");
  }
  channel_pair pair;
  pair.own = ends[0];
  pair.other = ends[1];
  return pair;
}

void close_handle(native_handle handle) noexcept {
  if (handle != invalid_handle) system_calls().close(static_cast<int>(handle));
}

}  // namespace rill::detail
