// SPDX-License-Identifier: BSL-1.0
//
// The category of errors on Windows.
#include "base/windows_errors.hpp"

#include <sys/socket.h>
#include <winternl.h>

#include <cstring>
#include <string>

#include "base/system_errors.hpp"

namespace rill::detail {

namespace {

struct pair {
  std::uint32_t code;
  int error;
};

constexpr pair known[] = {
    {WSAEINTR, EINTR},
    {WSAEBADF, EBADF},
    {ERROR_INVALID_HANDLE, EBADF},
    {WSAENOTSOCK, ENOTSOCK},
    {WSAEACCES, EACCES},
    {ERROR_ACCESS_DENIED, EACCES},
    {ERROR_SHARING_VIOLATION, EACCES},
    {ERROR_LOCK_VIOLATION, EACCES},
    {ERROR_PRIVILEGE_NOT_HELD, EPERM},
    {WSAEFAULT, EFAULT},
    {WSAEINVAL, EINVAL},
    {ERROR_INVALID_PARAMETER, EINVAL},
    {ERROR_NEGATIVE_SEEK, EINVAL},
    {WSAEMFILE, EMFILE},
    {ERROR_TOO_MANY_OPEN_FILES, EMFILE},
    {WSAEWOULDBLOCK, EAGAIN},
    {ERROR_NO_DATA, EPIPE},
    {WSAEINPROGRESS, EINPROGRESS},
    {WSAEALREADY, EALREADY},
    {WSAEDESTADDRREQ, EDESTADDRREQ},
    {WSAEMSGSIZE, EMSGSIZE},
    {ERROR_MORE_DATA, EMSGSIZE},
    {WSAEPROTOTYPE, EPROTOTYPE},
    {WSAENOPROTOOPT, ENOPROTOOPT},
    {WSAEPROTONOSUPPORT, EPROTONOSUPPORT},
    {WSAESOCKTNOSUPPORT, EPROTONOSUPPORT},
    {WSAEOPNOTSUPP, EOPNOTSUPP},
    {ERROR_NOT_SUPPORTED, ENOTSUP},
    {WSAEPFNOSUPPORT, EAFNOSUPPORT},
    {WSAEAFNOSUPPORT, EAFNOSUPPORT},
    {WSAEADDRINUSE, EADDRINUSE},
    {WSAEADDRNOTAVAIL, EADDRNOTAVAIL},
    {ERROR_INVALID_NETNAME, EADDRNOTAVAIL},
    {WSAENETDOWN, ENETDOWN},
    {WSAENETUNREACH, ENETUNREACH},
    {ERROR_NETWORK_UNREACHABLE, ENETUNREACH},
    {WSAENETRESET, ENETRESET},
    {WSAECONNABORTED, ECONNABORTED},
    {ERROR_CONNECTION_ABORTED, ECONNABORTED},
    {WSAECONNRESET, ECONNRESET},
    {ERROR_NETNAME_DELETED, ECONNRESET},
    {WSAENOBUFS, ENOBUFS},
    {WSAEISCONN, EISCONN},
    {ERROR_CONNECTION_ACTIVE, EISCONN},
    {WSAENOTCONN, ENOTCONN},
    {ERROR_CONNECTION_INVALID, ENOTCONN},
    {WSAESHUTDOWN, EPIPE},
    {WSAETIMEDOUT, ETIMEDOUT},
    {ERROR_SEM_TIMEOUT, ETIMEDOUT},
    {WSAECONNREFUSED, ECONNREFUSED},
    {ERROR_CONNECTION_REFUSED, ECONNREFUSED},
    {ERROR_PORT_UNREACHABLE, ECONNREFUSED},
    {WSAELOOP, ELOOP},
    {WSAENAMETOOLONG, ENAMETOOLONG},
    {ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG},
    {WSAEHOSTDOWN, EHOSTDOWN},
    {WSAEHOSTUNREACH, EHOSTUNREACH},
    {ERROR_HOST_UNREACHABLE, EHOSTUNREACH},
    {ERROR_NOT_ENOUGH_MEMORY, ENOMEM},
    {ERROR_OUTOFMEMORY, ENOMEM},
    {ERROR_NO_SYSTEM_RESOURCES, ENOMEM},
    {ERROR_FILE_NOT_FOUND, ENOENT},
    {ERROR_PATH_NOT_FOUND, ENOENT},
    {ERROR_INVALID_NAME, ENOENT},
    {ERROR_BAD_PATHNAME, ENOENT},
    {ERROR_FILE_EXISTS, EEXIST},
    {ERROR_ALREADY_EXISTS, EEXIST},
    {ERROR_DIRECTORY, ENOTDIR},
    {ERROR_DIR_NOT_EMPTY, ENOTEMPTY},
    {ERROR_DISK_FULL, ENOSPC},
    {ERROR_HANDLE_DISK_FULL, ENOSPC},
    {ERROR_WRITE_PROTECT, EROFS},
    {ERROR_BROKEN_PIPE, EPIPE},
    {ERROR_PIPE_NOT_CONNECTED, EPIPE},
    {ERROR_PIPE_BUSY, EBUSY},
    {ERROR_OPERATION_ABORTED, ECANCELED},
    {WSA_E_CANCELLED, ECANCELED},
    {ERROR_IO_DEVICE, EIO},
    {ERROR_CALL_NOT_IMPLEMENTED, ENOSYS},
};

constexpr int first_of_windows = 0x10000;

struct text {
  int error;
  const char* words;
};

// Those that the C library has none for.
constexpr text texts[] = {
    {EADDRINUSE, "address already in use"},
    {EADDRNOTAVAIL, "address not available"},
    {EAFNOSUPPORT, "address family not supported"},
    {EALREADY, "operation already in progress"},
    {ECANCELED, "operation cancelled"},
    {ECONNABORTED, "connection aborted"},
    {ECONNREFUSED, "connection refused"},
    {ECONNRESET, "connection reset by peer"},
    {EDESTADDRREQ, "destination address required"},
    {EHOSTDOWN, "host is down"},
    {EHOSTUNREACH, "no route to host"},
    {EINPROGRESS, "operation in progress"},
    {EISCONN, "socket is connected"},
    {ELOOP, "too many levels of symbolic links"},
    {EMSGSIZE, "message too long"},
    {ENETDOWN, "network is down"},
    {ENETRESET, "connection aborted by network"},
    {ENETUNREACH, "network unreachable"},
    {ENOBUFS, "no buffer space available"},
    {ENOPROTOOPT, "protocol option not available"},
    {ENOTCONN, "socket is not connected"},
    {ENOTSOCK, "not a socket"},
    {ENOTSUP, "operation not supported"},
    {EOPNOTSUPP, "operation not supported"},
    {EPROTO, "protocol error"},
    {EPROTONOSUPPORT, "protocol not supported"},
    {EPROTOTYPE, "wrong protocol type for socket"},
    {ETIMEDOUT, "connection timed out"},
};

class category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "system"; }

  std::string message(int error) const override {
    if (error >= first_of_windows) {
      return std::system_category().message(error - first_of_windows);
    }
    for (const text& each : texts) {
      if (each.error == error) return each.words;
    }
    return std::strerror(error);
  }

  std::error_condition default_error_condition(int error) const noexcept override {
    if (error < first_of_windows) return {error, std::generic_category()};
    return std::system_category().default_error_condition(error - first_of_windows);
  }
};

}  // namespace

int errno_of(std::uint32_t windows_code) noexcept {
  for (const pair& each : known) {
    if (each.code == windows_code) return each.error;
  }
  return first_of_windows + static_cast<int>(windows_code & 0xffff);
}

int errno_of_status(std::uint32_t status) noexcept {
  return errno_of(RtlNtStatusToDosError(static_cast<NTSTATUS>(status)));
}

const std::error_category& system_errors() noexcept {
  static const category instance;
  return instance;
}

}  // namespace rill::detail
