// SPDX-License-Identifier: BSL-1.0
// loop_handle: a handle of the system, owned, and used with one loop. Under sockets, pipes, files.
#pragma once

#include <utility>

#include "rill/base/native_handle.hpp"
#include "rill/core/scheduler.hpp"

namespace rill::detail {

/// Closed with this object, also behind the end of its loop.
class loop_handle {
 public:
  loop_handle() noexcept = default;
  loop_handle(native_handle handle, scheduler& owner) noexcept : handle_(handle), owner_(&owner) {
    owner.add_reference();
  }
  loop_handle(loop_handle&& other) noexcept
      : handle_(std::exchange(other.handle_, invalid_handle)),
        owner_(std::exchange(other.owner_, nullptr)) {}
  loop_handle& operator=(loop_handle&& other) noexcept {
    if (this != &other) {
      close();
      handle_ = std::exchange(other.handle_, invalid_handle);
      owner_ = std::exchange(other.owner_, nullptr);
    }
    return *this;
  }
  ~loop_handle() { close(); }

  explicit operator bool() const noexcept { return handle_ != invalid_handle; }
  native_handle get() const noexcept { return handle_; }
  /// Null if there is no handle.
  scheduler* owner() const noexcept { return owner_; }

  /// Gives it up, unclosed; the reactor forgets it.
  native_handle release() noexcept;
  /// Idempotent.
  void close() noexcept;

 private:
  native_handle handle_ = invalid_handle;
  scheduler* owner_ = nullptr;  // counted
};

/// Throws std::system_error.
void make_non_blocking(native_handle handle);

}  // namespace rill::detail
