// SPDX-License-Identifier: BSL-1.0
#include "reactor/iocp_extensions.hpp"

#include <atomic>

namespace rill::detail::iocp {

namespace {

// A question that failed, as for want of memory or of a socket without connections, is asked again.
template <class Function>
Function ask(std::atomic<Function>& known, SOCKET socket, GUID name) noexcept {
  Function found = known.load(std::memory_order_relaxed);
  if (found != nullptr) return found;
  DWORD unused = 0;
  if (::WSAIoctl(socket, SIO_GET_EXTENSION_FUNCTION_POINTER, &name, sizeof name, &found,
                 sizeof found, &unused, nullptr, nullptr) != 0) {
    return nullptr;
  }
  known.store(found, std::memory_order_relaxed);
  return found;
}

}  // namespace

LPFN_ACCEPTEX accept_of(SOCKET socket) noexcept {
  static std::atomic<LPFN_ACCEPTEX> known = nullptr;
  return ask(known, socket, WSAID_ACCEPTEX);
}

LPFN_CONNECTEX connect_of(SOCKET socket) noexcept {
  static std::atomic<LPFN_CONNECTEX> known = nullptr;
  return ask(known, socket, WSAID_CONNECTEX);
}

}  // namespace rill::detail::iocp
