// SPDX-License-Identifier: BSL-1.0
#include "reactor/iocp_extensions.hpp"

namespace rill::detail::iocp {

namespace {

template <class Function>
Function ask(SOCKET socket, GUID name) noexcept {
  Function found = nullptr;
  DWORD unused = 0;
  const int done = ::WSAIoctl(socket, SIO_GET_EXTENSION_FUNCTION_POINTER, &name, sizeof name,
                              &found, sizeof found, &unused, nullptr, nullptr);
  return done == 0 ? found : nullptr;
}

extensions ask_for_all(SOCKET socket) noexcept {
  return {ask<LPFN_ACCEPTEX>(socket, WSAID_ACCEPTEX), ask<LPFN_CONNECTEX>(socket, WSAID_CONNECTEX)};
}

}  // namespace

const extensions& extensions_of(SOCKET socket) noexcept {
  static const extensions found = ask_for_all(socket);
  return found;
}

}  // namespace rill::detail::iocp
