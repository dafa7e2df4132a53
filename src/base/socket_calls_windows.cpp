// SPDX-License-Identifier: BSL-1.0
#include "base/socket_calls_windows.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <climits>
#include <cstring>

#include "base/windows_errors.hpp"
// Needs Winsock's.
#include <iphlpapi.h>
#include <mswsock.h>

namespace rill::detail::windows {

namespace {

constexpr int kind_bits = 0xff;

/// Before any call of Winsock, to the end of the program.
struct winsock_user {
  winsock_user() noexcept {
    WSADATA unused;
    ::WSAStartup(MAKEWORD(2, 2), &unused);
  }
};
const winsock_user started;

int size_of(size_t size) noexcept { return static_cast<int>(std::min<size_t>(size, INT_MAX)); }

int signed_size(socklen_t size) noexcept { return static_cast<int>(size); }
/// Winsock's form of a size that a call changes.
int* signed_size(socklen_t* size) noexcept { return reinterpret_cast<int*>(size); }

int checked(int done) noexcept { return done == SOCKET_ERROR ? socket_failure() : done; }

SOCKET make(int domain, int type, int protocol) noexcept {
  return ::WSASocketW(domain, type & kind_bits, protocol, nullptr, 0,
                      WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
}

sockaddr_in loopback() noexcept {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  return address;
}

/// A socket that is closed unless it is given away.
class socket_holder {
 public:
  explicit socket_holder(SOCKET held) noexcept : held_(held) {}
  socket_holder(const socket_holder&) = delete;
  socket_holder& operator=(const socket_holder&) = delete;
  ~socket_holder() {
    if (held_ == INVALID_SOCKET) return;
    const int before = errno;
    ::closesocket(held_);
    errno = before;
  }
  SOCKET get() const noexcept { return held_; }
  int number() const noexcept { return static_cast<int>(held_); }
  int give() noexcept {
    const int given = number();
    held_ = INVALID_SOCKET;
    return given;
  }

 private:
  SOCKET held_;
};

int bind_to_loopback(const socket_holder& to, sockaddr_in& address) noexcept {
  address = loopback();
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  if (bind(to.number(), raw, size) != 0) return -1;
  return getsockname(to.number(), raw, &size);
}

int connect_to(const socket_holder& from, const sockaddr_in& address) noexcept {
  return connect(from.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

bool same_place(const sockaddr_in& one, const sockaddr_in& other) noexcept {
  return one.sin_port == other.sin_port && one.sin_addr.s_addr == other.sin_addr.s_addr;
}

/// Accepts the connection from `wanted`, and none of another program that came in between.
SOCKET accept_from(const socket_holder& listener, const sockaddr_in& wanted) noexcept {
  while (true) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    const SOCKET accepted =
        ::accept(listener.get(), reinterpret_cast<sockaddr*>(&peer), signed_size(&size));
    if (accepted == INVALID_SOCKET || same_place(peer, wanted)) return accepted;
    ::closesocket(accepted);
  }
}

int finish_pair(socket_holder& left, socket_holder& right, int type, int handles[2]) noexcept {
  if ((type & SOCK_NONBLOCK) != 0 &&
      (set_non_blocking(left.number()) != 0 || set_non_blocking(right.number()) != 0)) {
    return -1;
  }
  handles[0] = left.give();
  handles[1] = right.give();
  return 0;
}

int stream_pair(int type, int handles[2]) noexcept {
  const socket_holder listener(make(AF_INET, SOCK_STREAM, 0));
  socket_holder left(make(AF_INET, SOCK_STREAM, 0));
  if (listener.get() == INVALID_SOCKET || left.get() == INVALID_SOCKET) return socket_failure();
  sockaddr_in address;
  sockaddr_in own{};
  socklen_t size = sizeof own;
  if (bind_to_loopback(listener, address) != 0 || listen(listener.number(), 1) != 0 ||
      connect_to(left, address) != 0 ||
      getsockname(left.number(), reinterpret_cast<sockaddr*>(&own), &size) != 0) {
    return -1;
  }
  socket_holder right(accept_from(listener, own));
  if (right.get() == INVALID_SOCKET) return socket_failure();
  return finish_pair(left, right, type, handles);
}

int datagram_pair(int type, int handles[2]) noexcept {
  socket_holder left(make(AF_INET, SOCK_DGRAM, 0));
  socket_holder right(make(AF_INET, SOCK_DGRAM, 0));
  if (left.get() == INVALID_SOCKET || right.get() == INVALID_SOCKET) return socket_failure();
  sockaddr_in of_left;
  sockaddr_in of_right;
  if (bind_to_loopback(left, of_left) != 0 || bind_to_loopback(right, of_right) != 0 ||
      connect_to(left, of_right) != 0 || connect_to(right, of_left) != 0) {
    return -1;
  }
  return finish_pair(left, right, type, handles);
}

int kind_of(int handle) noexcept {
  int kind = 0;
  int size = sizeof kind;
  ::getsockopt(socket_of(handle), SOL_SOCKET, SO_TYPE, reinterpret_cast<char*>(&kind), &size);
  return kind;
}

/// An IPv4 address of the interface with that number; any for 0.
bool address_of_interface(int number, in_addr& address) noexcept {
  address.s_addr = INADDR_ANY;
  if (number == 0) return true;
  alignas(MIB_IPADDRTABLE) char room[16 * 1024];
  auto* const table = reinterpret_cast<MIB_IPADDRTABLE*>(room);
  ULONG size = sizeof room;
  if (::GetIpAddrTable(table, &size, FALSE) != NO_ERROR) return false;
  for (DWORD i = 0; i < table->dwNumEntries; ++i) {
    if (table->table[i].dwIndex != static_cast<DWORD>(number)) continue;
    address.s_addr = table->table[i].dwAddr;
    return true;
  }
  return false;
}

int set_multicast(int handle, int name, const ip_mreqn& wanted) noexcept {
  ip_mreq request{};
  request.imr_multiaddr = wanted.imr_multiaddr;
  if (!address_of_interface(wanted.imr_ifindex, request.imr_interface)) {
    errno = ENODEV;
    return -1;
  }
  const bool chooses = name == IP_MULTICAST_IF;
  const auto* const value = chooses ? reinterpret_cast<const char*>(&request.imr_interface)
                                    : reinterpret_cast<const char*>(&request);
  const int size = chooses ? sizeof request.imr_interface : sizeof request;
  return checked(::setsockopt(socket_of(handle), IPPROTO_IP, name, value, size));
}

/// Whether a refused datagram ends the next receive. Not on a socket that has no peer, where it
/// may be another one's.
void tell_of_refusals(SOCKET of, BOOL wanted) noexcept {
  DWORD unused = 0;
  ::WSAIoctl(of, SIO_UDP_CONNRESET, &wanted, sizeof wanted, nullptr, 0, &unused, nullptr, nullptr);
}

int domain_of(int handle, int& domain) noexcept {
  WSAPROTOCOL_INFOW about{};
  int size = sizeof about;
  if (::getsockopt(socket_of(handle), SOL_SOCKET, SO_PROTOCOL_INFOW,
                   reinterpret_cast<char*>(&about), &size) != 0) {
    return socket_failure();
  }
  domain = about.iAddressFamily;
  return 0;
}

}  // namespace

int socket_failure() noexcept {
  errno = errno_of(static_cast<std::uint32_t>(::WSAGetLastError()));
  return -1;
}

bool is_socket(int handle) noexcept {
  int kind = 0;
  int size = sizeof kind;
  return ::getsockopt(socket_of(handle), SOL_SOCKET, SO_TYPE, reinterpret_cast<char*>(&kind),
                      &size) == 0;
}

int set_non_blocking(int handle) noexcept {
  u_long on = 1;
  return checked(::ioctlsocket(socket_of(handle), static_cast<long>(FIONBIO), &on));
}

int socket(int domain, int type, int protocol) {
  socket_holder made(make(domain, type, protocol));
  if (made.get() == INVALID_SOCKET) return socket_failure();
  if ((type & SOCK_NONBLOCK) != 0 && set_non_blocking(made.number()) != 0) return -1;
  if ((type & kind_bits) == SOCK_DGRAM) tell_of_refusals(made.get(), FALSE);
  return made.give();
}

int socketpair(int /*domain*/, int type, int /*protocol*/, int handles[2]) {
  return (type & kind_bits) == SOCK_DGRAM ? datagram_pair(type, handles)
                                          : stream_pair(type, handles);
}

int bind(int handle, const sockaddr* address, socklen_t size) {
  return checked(::bind(socket_of(handle), address, signed_size(size)));
}

int listen(int handle, int backlog) { return checked(::listen(socket_of(handle), backlog)); }

int connect(int handle, const sockaddr* address, socklen_t size) {
  const int done = checked(::connect(socket_of(handle), address, signed_size(size)));
  if (done != 0 && errno == EAGAIN) errno = EINPROGRESS;
  if (done == 0 && kind_of(handle) == SOCK_DGRAM) tell_of_refusals(socket_of(handle), TRUE);
  return done;
}

int shutdown(int handle, int how) { return checked(::shutdown(socket_of(handle), how)); }

int getsockopt(int handle, int level, int name, void* value, socklen_t* size) {
  if (level == SOL_SOCKET && name == SO_DOMAIN) return domain_of(handle, *static_cast<int*>(value));
  const int done = checked(
      ::getsockopt(socket_of(handle), level, name, static_cast<char*>(value), signed_size(size)));
  if (done == 0 && level == SOL_SOCKET && name == SO_ERROR) {
    int& error = *static_cast<int*>(value);
    if (error != 0) error = errno_of(static_cast<std::uint32_t>(error));
  }
  return done;
}

int setsockopt(int handle, int level, int name, const void* value, socklen_t size) {
  if (level == SOL_SOCKET && name == SO_REUSEPORT) {
    errno = EOPNOTSUPP;
    return -1;
  }
  // On a listener it would let any other program take the port; what POSIX means by it, an address
  // whose connections linger, is free here without it.
  if (level == SOL_SOCKET && name == SO_REUSEADDR && kind_of(handle) == SOCK_STREAM) return 0;
  if (level == IPPROTO_IP && size == sizeof(ip_mreqn)) {
    return set_multicast(handle, name, *static_cast<const ip_mreqn*>(value));
  }
  return checked(::setsockopt(socket_of(handle), level, name, static_cast<const char*>(value),
                              signed_size(size)));
}

int getsockname(int handle, sockaddr* address, socklen_t* size) {
  const int done = checked(::getsockname(socket_of(handle), address, signed_size(size)));
  if (done == 0 || errno != EINVAL) return done;
  // It is not bound: elsewhere it has the address that says so.
  int domain = AF_UNSPEC;
  if (domain_of(handle, domain) != 0) return -1;
  *size = domain == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  std::memset(address, 0, *size);
  address->sa_family = static_cast<decltype(address->sa_family)>(domain);
  return 0;
}

int getpeername(int handle, sockaddr* address, socklen_t* size) {
  return checked(::getpeername(socket_of(handle), address, signed_size(size)));
}

unsigned if_nametoindex(const char* name) { return ::if_nametoindex(name); }

ssize_t recv(int handle, void* data, size_t size, int flags) {
  return checked(::recv(socket_of(handle), static_cast<char*>(data), size_of(size), flags));
}

ssize_t send(int handle, const void* data, size_t size, int flags) {
  return checked(::send(socket_of(handle), static_cast<const char*>(data), size_of(size), flags));
}

ssize_t recvfrom(int handle, void* data, size_t size, int flags, sockaddr* address,
                 socklen_t* address_size) {
  return checked(::recvfrom(socket_of(handle), static_cast<char*>(data), size_of(size), flags,
                            address, signed_size(address_size)));
}

ssize_t sendto(int handle, const void* data, size_t size, int flags, const sockaddr* address,
               socklen_t address_size) {
  return checked(::sendto(socket_of(handle), static_cast<const char*>(data), size_of(size), flags,
                          address, signed_size(address_size)));
}

}  // namespace rill::detail::windows
