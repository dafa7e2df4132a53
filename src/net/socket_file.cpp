// SPDX-License-Identifier: BSL-1.0
#include "net/socket_file.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/system_calls.hpp"
#include "base/system_numbers.hpp"
#include "net/sockaddr.hpp"

namespace rill::detail {

namespace {

bool has_file(const socket_address& address) noexcept {
  return address.is_unix() && !address.is_abstract() && !address.path().empty();
}

/// False for what is no socket.
bool look_at(const std::string& path, struct stat& status) noexcept {
  return ::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

/// Nobody listens: a connection is refused.
bool is_refused(const socket_address& address) noexcept {
  constexpr int kind = SOCK_STREAM;
  const int probe = system_calls().socket(
      AF_UNIX, kind | system_numbers::non_blocking | system_numbers::not_inherited, 0);
  if (probe < 0) return false;
  const native_address native = to_native(address);
  const bool refused = ::connect(probe, native.data(), native.size) != 0 && errno == ECONNREFUSED;
  ::close(probe);
  return refused;
}

}  // namespace

socket_file::socket_file(const socket_address& bound) {
  if (!has_file(bound)) return;
  std::string path(bound.path());
  struct stat status{};
  if (!look_at(path, status)) return;
  device_ = static_cast<std::uint64_t>(status.st_dev);
  inode_ = status.st_ino;
  path_ = std::move(path);
}

socket_file::~socket_file() {
  if (path_.empty()) return;
  struct stat status{};
  // Somebody may have put another one there meanwhile.
  if (!look_at(path_, status) || static_cast<std::uint64_t>(status.st_dev) != device_ ||
      status.st_ino != inode_)
    return;
  ::unlink(path_.c_str());
}

void remove_stale_socket(const socket_address& address) noexcept {
  if (!has_file(address)) return;
  const std::string path(address.path());
  struct stat status{};
  if (look_at(path, status) && is_refused(address)) ::unlink(path.c_str());
}

}  // namespace rill::detail
