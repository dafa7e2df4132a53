// SPDX-License-Identifier: BSL-1.0
// The files that Unix sockets are bound to.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "rill/net/address.hpp"

namespace rill::detail {

/// The file that a bind has made; removed with this object, if it is still the same one.
class socket_file {
 public:
  /// Requires: a socket was bound to this address just now. Without a file (an IP address, an
  /// abstract name) there is nothing to remove.
  explicit socket_file(const socket_address& bound);
  socket_file(socket_file&& other) noexcept
      : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}
  socket_file& operator=(socket_file&&) = delete;
  ~socket_file();

 private:
  std::string path_;
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
};

/// Removes the file of a socket that nobody has open any more. Leaves everything else alone: a
/// socket that is in use, a file of another kind, what cannot be looked at.
void remove_stale_socket(const socket_address& address) noexcept;

}  // namespace rill::detail
