// SPDX-License-Identifier: BSL-1.0
#include "base/windows_errors.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <system_error>

#include "base/system_errors.hpp"
#include "support/catch.hpp"

namespace {

using rill::detail::errno_of;
using rill::detail::errno_of_status;
using rill::detail::system_errors;

constexpr std::uint32_t connection_reset_status = 0xC000020D;
constexpr std::uint32_t end_of_file_status = 0xC0000011;
// Of Windows, and of nothing else: the disk's name.
constexpr std::uint32_t without_a_word = ERROR_LABEL_TOO_LONG;

std::error_code code_of(std::uint32_t windows_code) {
  return {errno_of(windows_code), system_errors()};
}

}  // namespace

TEST_CASE("codes of Windows compare equal to the portable ones", "[windows_errors]") {
  CHECK(code_of(WSAECONNREFUSED) == std::errc::connection_refused);
  CHECK(code_of(ERROR_CONNECTION_REFUSED) == std::errc::connection_refused);
  CHECK(code_of(WSAECONNRESET) == std::errc::connection_reset);
  CHECK(code_of(ERROR_NETNAME_DELETED) == std::errc::connection_reset);
  CHECK(code_of(WSAEWOULDBLOCK) == std::errc::resource_unavailable_try_again);
  CHECK(code_of(ERROR_BROKEN_PIPE) == std::errc::broken_pipe);
  CHECK(code_of(ERROR_FILE_NOT_FOUND) == std::errc::no_such_file_or_directory);
  CHECK(code_of(ERROR_ACCESS_DENIED) == std::errc::permission_denied);
  CHECK(code_of(WSAEADDRINUSE) == std::errc::address_in_use);
  CHECK(code_of(ERROR_OPERATION_ABORTED) == std::errc::operation_canceled);
  CHECK(code_of(ERROR_CALL_NOT_IMPLEMENTED) == std::errc::function_not_supported);
}

TEST_CASE("a code that errno has no word for keeps its number and its text", "[windows_errors]") {
  const std::error_code kept = code_of(without_a_word);
  CHECK(kept.value() == 0x10000 + static_cast<int>(without_a_word));
  CHECK(kept.message() == std::system_category().message(static_cast<int>(without_a_word)));
  CHECK(kept != std::errc::invalid_argument);
  CHECK(kept.default_error_condition().category() == std::system_category());
}

TEST_CASE("every code of errno that the library gives has a text", "[windows_errors]") {
  const std::string unknown = std::error_code(9999, std::generic_category()).message();
  for (const int error :
       {EADDRINUSE,   EADDRNOTAVAIL, EAFNOSUPPORT, EALREADY,        ECANCELED, ECONNABORTED,
        ECONNREFUSED, ECONNRESET,    EDESTADDRREQ, EHOSTUNREACH,    EISCONN,   EMSGSIZE,
        ENETDOWN,     ENETUNREACH,   ENOBUFS,      ENOPROTOOPT,     ENOTCONN,  ENOTSOCK,
        ENOTSUP,      EOPNOTSUPP,    EPROTO,       EPROTONOSUPPORT, ETIMEDOUT, EBADF,
        EPIPE,        EINVAL,        ENOMEM,       EACCES,          ENOENT,    EMFILE,
        EAGAIN,       ENOSYS}) {
    const std::string text = std::error_code(error, system_errors()).message();
    INFO(error);
    CHECK_FALSE(text.empty());
    CHECK(text != unknown);
  }
}

TEST_CASE("a status of the kernel goes the way of its code", "[windows_errors]") {
  CHECK(errno_of_status(connection_reset_status) == ECONNRESET);
  CHECK(errno_of_status(rill::detail::status_cancelled) == ECANCELED);
  CHECK(errno_of_status(end_of_file_status) == errno_of(ERROR_HANDLE_EOF));
}
