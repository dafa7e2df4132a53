// SPDX-License-Identifier: BSL-1.0
//
// The conversions on POSIX. All structures are copied, never read in place, because nobody promises
// the alignment of what the system or a caller filled.
#include "net/sockaddr.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "base/system_numbers.hpp"

namespace rill::detail {

namespace {

constexpr std::size_t path_offset = offsetof(sockaddr_un, sun_path);
// Some systems declare the path shorter than they take it.
static_assert(path_offset + socket_address::max_path < sizeof(sockaddr_storage));

template <class Native>
native_address packed(const Native& address, std::size_t size = sizeof(Native)) noexcept {
  native_address result;
  std::memcpy(&result.storage, &address, size);
  result.size = static_cast<socklen_t>(size);
  return result;
}

template <class Native>
Native unpacked(const void* address, std::size_t size) noexcept {
  Native result{};
  std::memcpy(&result, address, std::min(size, sizeof(Native)));
  return result;
}

native_address pack_ipv4(const socket_address& address) noexcept {
  sockaddr_in native{};
  native.sin_family = AF_INET;
  native.sin_port = htons(address.port());
  const ip_address ip = address.ip();
  std::memcpy(&native.sin_addr, ip.v4().bytes().data(), 4);
  return packed(native);
}

native_address pack_ipv6(const socket_address& address) noexcept {
  sockaddr_in6 native{};
  native.sin6_family = AF_INET6;
  native.sin6_port = htons(address.port());
  const ip_address ip = address.ip();
  std::memcpy(&native.sin6_addr, ip.v6().bytes().data(), 16);
  native.sin6_scope_id = ip.v6().scope_id();
  return packed(native);
}

// A path ends with a zero byte; an abstract name has one in front and none behind.
native_address pack_unix(const socket_address& address) noexcept {
  sockaddr_un native{};
  native.sun_family = AF_UNIX;
  const std::string_view path = address.path();
  if (path.empty()) return packed(native, path_offset);
  native_address result = packed(native, path_offset);
  char* const bytes = reinterpret_cast<char*>(&result.storage) + path_offset;
  std::copy(path.begin(), path.end(), bytes + (address.is_abstract() ? 1 : 0));
  result.size = static_cast<socklen_t>(path_offset + path.size() + 1);
  return result;
}

socket_address unpack_unix(const void* address, std::size_t size) noexcept {
  if (size <= path_offset) return socket_address::unix_unnamed();
  const auto native = unpacked<sockaddr_storage>(address, size);
  const std::string_view bytes(reinterpret_cast<const char*>(&native) + path_offset,
                               std::min(size, sizeof native) - path_offset);
  const bool is_abstract = bytes.front() == '\0';
  if (is_abstract && (bytes.size() == 1 || !system_numbers::abstract_names)) {
    return socket_address::unix_unnamed();
  }
  const std::string_view path = is_abstract ? bytes.substr(1) : bytes.substr(0, bytes.find('\0'));
  if (path.size() > socket_address::max_path) return {};  // longer than any that can be given
  return is_abstract ? socket_address::unix_abstract(path) : socket_address::unix_path(path);
}

}  // namespace

native_address to_native(const socket_address& address) noexcept {
  switch (address.family()) {
    case address_family::ipv4:
      return pack_ipv4(address);
    case address_family::ipv6:
      return pack_ipv6(address);
    case address_family::unix_socket:
      return pack_unix(address);
    case address_family::none:
      break;
  }
  return {};
}

socket_address from_native(const void* address, socklen_t size) noexcept {
  if (size < sizeof(sa_family_t)) return {};
  sa_family_t family = AF_UNSPEC;
  std::memcpy(&family, static_cast<const char*>(address) + offsetof(sockaddr, sa_family),
              sizeof family);
  if (family == AF_INET && size >= sizeof(sockaddr_in)) {
    const auto native = unpacked<sockaddr_in>(address, size);
    ipv4_address::bytes_type bytes;
    std::memcpy(bytes.data(), &native.sin_addr, bytes.size());
    return {ipv4_address(bytes), ntohs(native.sin_port)};
  }
  if (family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    const auto native = unpacked<sockaddr_in6>(address, size);
    ipv6_address::bytes_type bytes;
    std::memcpy(bytes.data(), &native.sin6_addr, bytes.size());
    return {ipv6_address(bytes, native.sin6_scope_id), ntohs(native.sin6_port)};
  }
  if (family == AF_UNIX) return unpack_unix(address, size);
  return {};
}

int native_family(const socket_address& address) noexcept {
  switch (address.family()) {
    case address_family::ipv4:
      return AF_INET;
    case address_family::ipv6:
      return AF_INET6;
    case address_family::unix_socket:
      return AF_UNIX;
    case address_family::none:
      break;
  }
  return AF_UNSPEC;
}

}  // namespace rill::detail
