// SPDX-License-Identifier: BSL-1.0
#include "net/file_sender.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "base/system_calls.hpp"
#include "base/system_errors.hpp"
#include "net/blocking_pool.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/io_awaiter.hpp"
#include "rill/net/detail/socket_awaiters.hpp"
#include "rill/net/file.hpp"
#include "rill/net/socket.hpp"

namespace rill {

namespace detail {

namespace {

constexpr const char* call_name = "rill: sending a file";
// What a thread sends before it looks for other work, and for a cancellation.
constexpr std::uint64_t most_in_thread = 1024 * 1024;
constexpr std::uint64_t fallback_block = 256 * 1024;

/// The code of an error of the file or of the way to send it, which the connection survives.
bool is_of_file(int code) noexcept {
  return code == EIO || code == EINVAL || code == EOVERFLOW || code == ENOMEM || code == ENOSYS ||
         code == EOPNOTSUPP || code == ESPIPE || code == EBADF;
}

void note_loss(const file_target& to, std::int64_t result) noexcept {
  const bool failed = result < 0 && result != io_cancelled && result != io_closed;
  if (failed && to.lost != nullptr) *to.lost = static_cast<int>(-result);
}

/// An operation on the target, whose errors are the connection's.
class [[nodiscard]] target_awaiter final : public io_awaiter {
 public:
  /// Waits until the socket takes more.
  explicit target_awaiter(const file_target& to) : io_awaiter(*to.io), to_(to) {
    kind = io_kind::wait_writable;
    handle = to.handle;
  }
  /// Sends some of a block.
  target_awaiter(const file_target& to, std::span<const std::byte> block)
      : io_awaiter(*to.io), to_(to) {
    kind = to.write_kind;
    handle = to.handle;
    data = const_cast<std::byte*>(block.data());  // a send reads only
    size = block.size();
  }
  std::size_t await_resume() {
    const std::int64_t ended = finish();
    note_loss(to_, ended);
    return static_cast<std::size_t>(checked_result(ended, call_name));
  }

 private:
  const file_target& to_;
};

/// Puts the file at the place up to which it was sent, on every way out.
class sent_count {
 public:
  sent_count(file_state& from, std::uint64_t offset) noexcept : from_(from), offset_(offset) {}
  sent_count(const sent_count&) = delete;
  sent_count& operator=(const sent_count&) = delete;
  ~sent_count() { from_.move_to(place()); }

  std::uint64_t place() const noexcept { return offset_ + sent; }
  std::uint64_t sent = 0;

 private:
  file_state& from_;
  const std::uint64_t offset_;
};

/// What sending in a thread has come to.
struct thread_outcome {
  std::uint64_t sent = 0;
  bool at_end = false;
  int error = 0;
};

/// In a thread, where signals are blocked: a broken connection raises one.
thread_outcome send_in_thread(native_handle to, native_handle from, std::uint64_t offset,
                              std::uint64_t most) noexcept {
  thread_outcome done;
  while (done.sent < most) {
    off_t place = static_cast<off_t>(offset + done.sent);
    const ssize_t count =
        system_calls().sendfile(static_cast<int>(to), static_cast<int>(from), &place,
                                static_cast<std::size_t>(most - done.sent));
    if (count > 0) {
      done.sent += static_cast<std::uint64_t>(count);
    } else if (count == 0) {
      done.at_end = true;
      break;
    } else if (errno != EINTR) {
      done.error = errno;
      break;
    }
  }
  return done;
}

void check_open(const file_target& to) {
  if (to.owner != nullptr && !to.is_open(to.owner, to.handle)) {
    throw_io_error(io_closed, call_name);
  }
}

void check_stream(native_handle handle) {
  int type = 0;
  socklen_t size = sizeof type;
  if (system_calls().getsockopt(static_cast<int>(handle), SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
    throw_system_error(errno, call_name);
  }
  if (type != SOCK_STREAM) throw_invalid_argument("rill: a file is sent over a stream socket only");
}

/// By the system. Returns 0, or why it cannot be done so; nothing has been sent then.
coro<int> send_natively(file_target to, file_ref from, sent_count& count, std::uint64_t most) {
  if (!to.is_socket || !to.io->supports(reactor_feature::readiness)) co_return EOPNOTSUPP;
  // Whoever closes the socket meanwhile does not make its number free for another one.
  const int number = static_cast<int>(to.handle);
  const owned_descriptor twin(system_calls().fcntl(number, F_DUPFD_CLOEXEC, 0));
  if (twin.get() < 0) co_return errno;
  while (count.sent < most) {
    const auto call = [socket = twin.get(), file = from->handle.get(), place = count.place(),
                       size = std::min(most - count.sent, most_in_thread)] {
      return send_in_thread(socket, file, place, size);
    };
    const thread_outcome done =
        co_await run_blocking(file_pool(), begun_call::awaited, "sending a file", call);
    count.sent += done.sent;
    if (done.at_end) break;
    check_open(to);
    if (done.error == EAGAIN) {
      co_await target_awaiter(to);
      check_open(to);
    } else if (done.error != 0) {
      const bool of_file = is_of_file(done.error);
      if (of_file && count.sent == 0) co_return done.error;
      if (!of_file) note_loss(to, -done.error);
      throw_system_error(done.error, call_name);
    }
  }
  co_return 0;
}

/// By reading and sending.
coro<> send_in_blocks(file_target to, file_ref from, sent_count& count, std::uint64_t most) {
  std::vector<std::byte> room(static_cast<std::size_t>(std::min(most, fallback_block)));
  while (count.sent < most) {
    const auto wanted = static_cast<std::size_t>(std::min(most - count.sent, fallback_block));
    const file_part part{io_kind::read_at, room.data(), wanted, count.place()};
    const std::size_t read = co_await move_part(from, part);
    if (read == 0) break;
    std::span<const std::byte> block(room.data(), read);
    while (!block.empty()) {
      check_open(to);
      const std::size_t gone = co_await target_awaiter(to, block);
      count.sent += gone;
      block = block.subspan(gone);
    }
  }
}

}  // namespace

coro<std::int64_t> send_file_to(file_target to, file_ref from, file_slice slice) {
  const std::uint64_t offset = checked_offset(slice.offset);
  if (slice.count && *slice.count <= 0) {
    throw_invalid_argument("rill: the count of bytes of a file to send must be above zero");
  }
  if (to.is_socket) check_stream(to.handle);
  if (!from->rights.read) {
    throw_usage("rill: a file to be sent must be opened to be read; say open_mode::read");
  }
  const file_use use(*from);
  static_cast<void>(from->io());
  const std::uint64_t most = static_cast<std::uint64_t>(slice.count.value_or(INT64_MAX));
  sent_count count(*from, offset);
  const int refusal = co_await send_natively(to, from, count, most);
  if (refusal != 0) {
    if (!slice.fallback) {
      throw send_file_not_available_error("rill: the system cannot send this file by itself: " +
                                          system_errors().message(refusal));
    }
    co_await send_in_blocks(to, from, count, most);
  }
  co_return static_cast<std::int64_t>(count.sent);
}

}  // namespace detail

coro<std::int64_t> socket::send_file(file& from, std::int64_t offset,
                                     std::optional<std::int64_t> count, bool fallback) const {
  const auto is_open = [](const void* owner, native_handle handle) {
    return static_cast<const socket*>(owner)->native() == handle;
  };
  const detail::file_target to{&detail::socket_access::io(*this), checked(), this, is_open};
  const detail::file_slice slice{offset, count, fallback};
  return detail::send_file_to(to, detail::file_access::state(from), slice);
}

}  // namespace rill
