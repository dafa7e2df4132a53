// SPDX-License-Identifier: BSL-1.0
// The awaiters of socket operations: each is the operation's record itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <type_traits>
#include <utility>

#include "rill/core/result.hpp"
#include "rill/loop/io_awaiter.hpp"
#include "rill/net/address.hpp"

namespace rill {

class socket;

namespace detail {

/// Lets awaiters and functions of the net layer into a socket.
struct socket_access {
  static native_handle handle(const socket& owner);
  static reactor& io(const socket& owner);
  static std::uint8_t receive_flags(const socket& owner) noexcept;
  static socket make(native_handle handle, scheduler& owner) noexcept;
};

/// Throws what a negative result of an operation means.
[[noreturn]] void throw_io_error(std::int64_t result, const char* what);

/// The same, not thrown.
std::exception_ptr make_io_error(std::int64_t result, const char* what) noexcept;

inline std::int64_t checked_result(std::int64_t result, const char* what) {
  if (result < 0) [[unlikely]]
    throw_io_error(result, what);
  return result;
}

/// An operation whose failure is thrown.
template <class Operation>
class [[nodiscard]] throwing_awaiter final : public Operation {
 public:
  using Operation::Operation;
  auto await_resume() { return this->take(checked_result(this->finish(), Operation::call)); }
};

/// The same operation, whose failure is a value.
template <class Operation>
class [[nodiscard]] try_awaiter final : public Operation {
 public:
  using value_type = decltype(std::declval<Operation&>().take(std::int64_t{}));
  using Operation::Operation;

  rill::result<value_type> await_resume() {
    const std::int64_t done = this->finish();
    if (done < 0) return rill::result<value_type>(make_io_error(done, Operation::call));
    if constexpr (std::is_void_v<value_type>) {
      return rill::result<value_type>(std::in_place);
    } else {
      return rill::result<value_type>(std::in_place, this->take(done));
    }
  }
};

// What follows are the records. Each says how to name the call, and makes the value of a result
// that is no error.

class recv_operation : public io_awaiter {
 public:
  recv_operation(const socket& owner, std::span<std::byte> bytes)
      : recv_operation(socket_access::io(owner), socket_access::handle(owner), bytes) {
    flags = socket_access::receive_flags(owner);
  }
  recv_operation(reactor& owner, native_handle receiver, std::span<std::byte> bytes)
      : io_awaiter(owner) {
    kind = io_kind::receive;
    handle = receiver;
    data = bytes.data();
    size = bytes.size();
  }

  static constexpr const char* call = "rill: recv";
  std::size_t take(std::int64_t done) noexcept { return static_cast<std::size_t>(done); }

 protected:
  ~recv_operation() = default;
};

class send_operation : public io_awaiter {
 public:
  send_operation(const socket& owner, std::span<const std::byte> bytes)
      : send_operation(socket_access::io(owner), socket_access::handle(owner), bytes) {}
  send_operation(reactor& owner, native_handle sender, std::span<const std::byte> bytes)
      : io_awaiter(owner) {
    kind = io_kind::send;
    handle = sender;
    data = const_cast<std::byte*>(bytes.data());  // a send reads only; the record serves both ways
    size = bytes.size();
  }

  static constexpr const char* call = "rill: send";
  std::size_t take(std::int64_t done) noexcept { return static_cast<std::size_t>(done); }

 protected:
  ~send_operation() = default;
};

class accept_operation : public io_awaiter {
 public:
  explicit accept_operation(const socket& owner);
  accept_operation(reactor& owner, native_handle listener);
  accept_operation(const accept_operation&) = delete;
  accept_operation& operator=(const accept_operation&) = delete;

  static constexpr const char* call = "rill: accept";
  socket take(std::int64_t done) noexcept;

 protected:
  ~accept_operation();  // closes a connection that was accepted and not taken

 private:
  scheduler* loop_;
};

class connect_operation : public io_awaiter {
 public:
  connect_operation(const socket& owner, const socket_address& address);
  connect_operation(reactor& owner, native_handle connecting, const socket_address& address);

  static constexpr const char* call = "rill: connect";
  void take(std::int64_t /*done*/) noexcept {}

 protected:
  ~connect_operation() = default;

 private:
  // The system's form of any address (sockaddr_storage), which no public header may name.
  static constexpr std::size_t native_address_size = 128;
  alignas(8) std::byte address_[native_address_size];
};

using recv_awaiter = throwing_awaiter<recv_operation>;
using send_awaiter = throwing_awaiter<send_operation>;
using accept_awaiter = throwing_awaiter<accept_operation>;
using connect_awaiter = throwing_awaiter<connect_operation>;

}  // namespace detail
}  // namespace rill
