// SPDX-License-Identifier: BSL-1.0
//
// How files are opened and taken over.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "base/system_calls.hpp"
#include "base/uninterrupted.hpp"
#include "net/blocking_pool.hpp"
#include "net/file_state.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "rill/net/file.hpp"

namespace rill {

namespace detail {

namespace {

bool has(open_mode mode, open_mode part) noexcept {
  return (static_cast<unsigned>(mode) & static_cast<unsigned>(part)) != 0;
}

file_rights rights_of(open_mode mode) noexcept {
  file_rights rights;
  rights.read = has(mode, open_mode::read);
  rights.append = has(mode, open_mode::append);
  rights.write = rights.append || has(mode, open_mode::write);
  return rights;
}

int flags_of(open_mode mode, const file_rights& rights) {
  if (!rights.read && !rights.write) {
    throw_invalid_argument("rill: a file is opened to be read, written or appended to");
  }
  if (!rights.write && has(mode, open_mode::create | open_mode::truncate | open_mode::exclusive)) {
    throw_invalid_argument("rill: a file that is only read is neither made nor emptied");
  }
  int flags = O_RDONLY;
  if (rights.write) flags = rights.read ? O_RDWR : O_WRONLY;
  if (rights.append) flags |= O_APPEND;
  if (has(mode, open_mode::create)) flags |= O_CREAT;
  if (has(mode, open_mode::truncate)) flags |= O_TRUNC;
  if (has(mode, open_mode::exclusive)) flags |= O_CREAT | O_EXCL;
  // Not to wait for the other end of a pipe, which is refused afterwards.
  return flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
}

/// Throws for what is no file.
void check_kind(int handle, const std::string& name) {
  struct stat status{};
  if (system_calls().fstat(handle, &status) != 0) {
    throw_system_error(errno, "rill: looking at '" + name + "'");
  }
  if (S_ISDIR(status.st_mode)) throw_system_error(EISDIR, "rill: opening '" + name + "'");
  const bool is_stream = S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) ||
                         (S_ISCHR(status.st_mode) && system_calls().isatty(handle) == 1);
  if (is_stream) {
    throw_invalid_argument("rill: '" + name + "' is a pipe, a socket or a terminal, not a file");
  }
}

/// In a thread.
owned_descriptor open_descriptor(const std::string& path, int flags, unsigned permissions) {
  const std::int64_t done =
      uninterrupted([&] { return system_calls().open(path.c_str(), flags, permissions); });
  const int number = static_cast<int>(done);
  if (number < 0) throw_system_error(-number, "rill: opening '" + path + "'");
  owned_descriptor opened(number);
  check_kind(number, path);
  const int kept = system_calls().fcntl(number, F_GETFL, 0);
  if (kept >= 0) system_calls().fcntl(number, F_SETFL, kept & ~O_NONBLOCK);
  return opened;
}

}  // namespace

}  // namespace detail

coro<file> open_file(std::string path, open_mode mode, unsigned permissions) {
  const detail::file_rights rights = detail::rights_of(mode);
  const int flags = detail::flags_of(mode, rights);
  if (path.find('\0') != std::string::npos) {
    detail::throw_invalid_argument("rill: the path of a file must not hold a zero byte");
  }
  detail::begun_call when_cancelled = detail::begun_call::left;
  if ((flags & (O_CREAT | O_TRUNC)) != 0) when_cancelled = detail::begun_call::awaited;
  const auto open = [path, flags, permissions] {
    return detail::open_descriptor(path, flags, permissions);
  };
  detail::owned_descriptor opened =
      co_await detail::run_blocking(detail::file_pool(), when_cancelled, "opening a file", open);
  co_return detail::file_access::make(opened.give(), rights, std::move(path));
}

file file::adopt(native_handle handle) {
  const int number = static_cast<int>(handle);
  const std::string name = "descriptor " + std::to_string(number);
  detail::check_kind(number, name);
  const int flags = detail::system_calls().fcntl(number, F_GETFL, 0);
  if (flags < 0) detail::throw_system_error(errno, "rill: looking at '" + name + "'");
  detail::file_rights rights;
  rights.read = (flags & O_ACCMODE) != O_WRONLY;
  rights.write = (flags & O_ACCMODE) != O_RDONLY;
  rights.append = rights.write && (flags & O_APPEND) != 0;
  const off_t position = detail::system_calls().lseek(number, 0, SEEK_CUR);
  if (position < 0) detail::throw_system_error(errno, "rill: looking at '" + name + "'");
  file made = detail::file_access::make(handle, rights, name);
  made.state()->position = static_cast<std::uint64_t>(position);
  return made;
}

}  // namespace rill
