// SPDX-License-Identifier: BSL-1.0
// The awaiters of socket operations: each is the operation's record itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "rill/loop/io_awaiter.hpp"
#include "rill/net/address.hpp"

namespace rill {

class socket;

namespace detail {

/// Lets awaiters and functions of the net layer into a socket.
struct socket_access {
  static native_handle handle(const socket& owner);
  static reactor& io(const socket& owner);
  static socket make(native_handle handle, scheduler& owner) noexcept;
};

/// Throws what a negative result of an operation means.
[[noreturn]] void throw_io_error(std::int64_t result, const char* what);

inline std::int64_t checked_result(std::int64_t result, const char* what) {
  if (result < 0) [[unlikely]]
    throw_io_error(result, what);
  return result;
}

class [[nodiscard]] recv_awaiter final : public io_awaiter {
 public:
  recv_awaiter(const socket& owner, std::span<std::byte> bytes)
      : io_awaiter(socket_access::io(owner)) {
    kind = io_kind::receive;
    handle = socket_access::handle(owner);
    data = bytes.data();
    size = bytes.size();
  }
  std::size_t await_resume() {
    return static_cast<std::size_t>(checked_result(finish(), "rill: recv"));
  }
};

class [[nodiscard]] send_awaiter final : public io_awaiter {
 public:
  send_awaiter(const socket& owner, std::span<const std::byte> bytes)
      : io_awaiter(socket_access::io(owner)) {
    kind = io_kind::send;
    handle = socket_access::handle(owner);
    data = const_cast<std::byte*>(bytes.data());  // a send reads only; the record serves both ways
    size = bytes.size();
  }
  std::size_t await_resume() {
    return static_cast<std::size_t>(checked_result(finish(), "rill: send"));
  }
};

class [[nodiscard]] accept_awaiter final : public io_awaiter {
 public:
  explicit accept_awaiter(const socket& owner);
  accept_awaiter(const accept_awaiter&) = delete;
  accept_awaiter& operator=(const accept_awaiter&) = delete;
  ~accept_awaiter();  // closes a connection that was accepted and not taken
  socket await_resume();

 private:
  scheduler* loop_;
};

class [[nodiscard]] connect_awaiter final : public io_awaiter {
 public:
  connect_awaiter(const socket& owner, const socket_address& address);
  void await_resume() { checked_result(finish(), "rill: connect"); }

 private:
  // The system's form of any address (sockaddr_storage), which no public header may name.
  static constexpr std::size_t native_address_size = 128;
  alignas(8) std::byte address_[native_address_size];
};

}  // namespace detail
}  // namespace rill
