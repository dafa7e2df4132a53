// SPDX-License-Identifier: BSL-1.0
#include "rill/net/detail/loop_handle.hpp"

#include <fcntl.h>

#include <cerrno>

#include "base/system_calls.hpp"
#include "rill/base/error.hpp"
#include "rill/loop/detail/loop_services.hpp"

namespace rill::detail {

native_handle loop_handle::release() noexcept {
  if (handle_ == invalid_handle) return invalid_handle;
  if (owner_->is_open()) loop_services::of(*owner_).io().forget(handle_);
  owner_->release();
  owner_ = nullptr;
  return std::exchange(handle_, invalid_handle);
}

void loop_handle::close() noexcept {
  const native_handle handle = release();
  if (handle != invalid_handle) system_calls().close(static_cast<int>(handle));
}

void make_non_blocking(native_handle handle) {
  const int number = static_cast<int>(handle);
  const int flags = system_calls().fcntl(number, F_GETFL, 0);
  if (flags < 0 || system_calls().fcntl(number, F_SETFL, flags | O_NONBLOCK) < 0) {
    throw_system_error(errno, "rill: making a handle non-blocking");
  }
}

}  // namespace rill::detail
