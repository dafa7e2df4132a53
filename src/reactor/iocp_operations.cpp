// SPDX-License-Identifier: BSL-1.0
#include "reactor/iocp_operations.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "base/system_calls.hpp"
#include "base/windows_errors.hpp"
#include "base/windows_handles.hpp"
#include "reactor/accept_one.hpp"
#include "reactor/iocp_calls.hpp"
// Needs Winsock's.
#include <mswsock.h>

namespace rill::detail::iocp {

namespace {

// One call moves at most this much. What is being sent when it is cancelled is beyond recall as a
// whole, so it should not be too much.
constexpr std::size_t most_at_once = 256 * 1024;
constexpr std::size_t most_buffers = 16;

SOCKET socket_of(const iocp_handle& handle) noexcept { return static_cast<SOCKET>(handle.number); }
HANDLE handle_of(const iocp_handle& handle) noexcept { return detail::handle_of(handle.number); }
bool is_socket(const iocp_handle& handle) noexcept {
  return handle.kind == iocp_kind::stream || handle.kind == iocp_kind::datagram;
}

ULONG size_of(std::size_t size) noexcept {
  return static_cast<ULONG>(std::min(size, most_at_once));
}

WSABUF buffer_of(void* data, std::size_t size) noexcept {
  return {size_of(size), static_cast<char*>(data)};
}

// What a datagram has beyond the room for it goes here, and is never looked at. Without it a call
// would end with a warning, and systems differ in whether a completion follows one.
char spill[64 * 1024];

/// The buffers of a message, as Winsock wants them, or of a stream as much as one call moves; no
/// datagram is longer. Winsock copies the list within the call.
struct buffer_list {
  explicit buffer_list(const io_message& message) noexcept {
    const std::size_t given = std::min(message.buffer_count, most_buffers);
    for (; count < given && bytes < most_at_once; ++count) {
      const io_buffer& each = message.buffers[count];
      const ULONG part = size_of(std::min(each.size, most_at_once - bytes));
      list[count] = {part, static_cast<char*>(each.data)};
      bytes += part;
    }
  }
  void add_spill() noexcept { list[count++] = {sizeof spill, spill}; }

  WSABUF list[most_buffers + 1];
  DWORD count = 0;
  std::size_t bytes = 0;
};

std::int64_t bytes_of(const iocp_request& request) noexcept {
  return static_cast<std::int64_t>(request.overlapped.InternalHigh);
}

std::int64_t negated(DWORD code) noexcept { return -static_cast<std::int64_t>(errno_of(code)); }

/// What a read of a pipe or a file ends with when nothing more comes: the other side has closed its
/// end, or, as the server of a pipe, has thrown us out.
bool is_end(DWORD code) noexcept {
  return code == ERROR_BROKEN_PIPE || code == ERROR_PIPE_NOT_CONNECTED || code == ERROR_HANDLE_EOF;
}

/// A failure of a call or of its end, as the loop is told of it.
std::int64_t told(const iocp_handle& handle, DWORD code) noexcept {
  // How Windows tells a datagram's sender that nobody listens.
  if (handle.kind == iocp_kind::datagram && (code == WSAECONNRESET || code == WSAENETRESET)) {
    return -ECONNREFUSED;
  }
  return negated(code);
}

/// After a call that gives zero, or an error of Winsock.
outcome of_socket_call(const iocp_handle& handle, iocp_request& request, int done) noexcept {
  if (done == 0) return {false, finish(handle, request)};
  const int code = ::WSAGetLastError();
  if (code == WSA_IO_PENDING) return {true, 0};
  return {false, told(handle, static_cast<DWORD>(code))};
}

/// After a call that gives nonzero, or an error of the system.
outcome of_call(const iocp_handle& handle, iocp_request& request, BOOL done) noexcept {
  if (done != FALSE) return {false, finish(handle, request)};
  const DWORD code = ::GetLastError();
  if (code == ERROR_IO_PENDING) return {true, 0};
  if (request.op->kind == io_kind::read && is_end(code)) return {false, 0};
  return {false, negated(code)};
}

outcome begin_receive(const iocp_handle& handle, iocp_request& request) noexcept {
  const io_op& op = *request.op;
  WSABUF buffers[2] = {buffer_of(op.data, op.size), {sizeof spill, spill}};
  const DWORD count = handle.kind == iocp_kind::datagram ? 2 : 1;
  request.flags = (op.flags & io_peek) != 0 ? MSG_PEEK : 0;
  return of_socket_call(
      handle, request,
      iocp_calls.receive(socket_of(handle), buffers, count, &request.flags, &request.overlapped));
}

outcome begin_send(const iocp_handle& handle, iocp_request& request) noexcept {
  WSABUF buffer = buffer_of(request.op->data, request.op->size);
  return of_socket_call(handle, request,
                        iocp_calls.send(socket_of(handle), &buffer, 1, &request.overlapped));
}

outcome begin_receive_message(const iocp_handle& handle, iocp_request& request) noexcept {
  const io_message& message = request.op->message();
  buffer_list buffers(message);
  request.flags = 0;
  request.address_size = static_cast<int>(message.address_size);
  if (handle.kind == iocp_kind::datagram) buffers.add_spill();
  const bool with_sender = message.address != nullptr && handle.kind == iocp_kind::datagram;
  const int done =
      with_sender ? iocp_calls.receive_from(socket_of(handle), buffers.list, buffers.count,
                                            &request.flags, static_cast<sockaddr*>(message.address),
                                            &request.address_size, &request.overlapped)
                  : iocp_calls.receive(socket_of(handle), buffers.list, buffers.count,
                                       &request.flags, &request.overlapped);
  if (!with_sender) request.address_size = 0;
  return of_socket_call(handle, request, done);
}

outcome begin_send_message(const iocp_handle& handle, iocp_request& request) noexcept {
  const io_message& message = request.op->message();
  buffer_list buffers(message);
  const int done =
      message.address == nullptr
          ? iocp_calls.send(socket_of(handle), buffers.list, buffers.count, &request.overlapped)
          : iocp_calls.send_to(socket_of(handle), buffers.list, buffers.count,
                               static_cast<const sockaddr*>(message.address),
                               static_cast<int>(message.address_size), &request.overlapped);
  return of_socket_call(handle, request, done);
}

/// Connections that died in the queue are not the listener's affair. A network that is down is: it
/// takes no connection from the queue to say so, elsewhere it does.
std::int64_t accept_failure(std::int64_t result) noexcept {
  return result != -ENETDOWN && concerns_only_the_connection(result) ? begin_anew : result;
}

outcome begin_accept(const iocp_handle& handle, iocp_request& request) noexcept {
  const int made =
      system_calls().socket(handle.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (made < 0) return {false, -errno};
  request.accepted = static_cast<SOCKET>(made);
  const BOOL done = iocp_calls.accept(socket_of(handle), request.accepted, request.addresses,
                                      iocp_request::address_room, &request.overlapped);
  outcome begun = of_socket_call(handle, request, done != FALSE ? 0 : SOCKET_ERROR);
  if (begun.pending) return begun;
  dispose(request);
  begun.result = accept_failure(begun.result);
  return begun;
}

/// A server's end of a named pipe becomes the end of the connection itself.
outcome begin_pipe_accept(const iocp_handle& handle, iocp_request& request) noexcept {
  if (iocp_calls.accept_pipe(handle_of(handle), &request.overlapped) != FALSE) return {false, 0};
  const DWORD code = ::GetLastError();
  if (code == ERROR_IO_PENDING) return {true, 0};
  // A client was there before, and may have gone; what it wrote is still to be read.
  if (code == ERROR_PIPE_CONNECTED || code == ERROR_NO_DATA) return {false, 0};
  return {false, negated(code)};
}

/// An unbound socket is bound to any address, as the call wants. 0 or an error code.
int bind_to_any(const iocp_handle& handle) noexcept {
  sockaddr_storage any{};
  any.ss_family = static_cast<decltype(any.ss_family)>(handle.family);
  const socklen_t size = handle.family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  const int done = system_calls().bind(static_cast<int>(handle.number),
                                       reinterpret_cast<const sockaddr*>(&any), size);
  return done == 0 || errno == EINVAL ? 0 : errno;  // invalid: it is bound
}

outcome begin_connect(const iocp_handle& handle, iocp_request& request) noexcept {
  if (const int error = bind_to_any(handle); error != 0) return {false, -error};
  const auto* const address = static_cast<const sockaddr*>(request.op->data);
  const BOOL done = iocp_calls.connect(socket_of(handle), address,
                                       static_cast<int>(request.op->size), &request.overlapped);
  return of_socket_call(handle, request, done != FALSE ? 0 : SOCKET_ERROR);
}

outcome begin_read(const iocp_handle& handle, iocp_request& request) noexcept {
  const io_op& op = *request.op;
  return of_call(
      handle, request,
      iocp_calls.read(handle_of(handle), op.data, size_of(op.size), &request.overlapped));
}

outcome begin_write(const iocp_handle& handle, iocp_request& request) noexcept {
  const io_op& op = *request.op;
  return of_call(
      handle, request,
      iocp_calls.write(handle_of(handle), op.data, size_of(op.size), &request.overlapped));
}

std::int64_t finish_accept(const iocp_handle& handle, iocp_request& request) noexcept {
  const SOCKET accepted = request.accepted;
  if (iocp_calls.finish_accept(socket_of(handle), accepted) != 0) {
    return accept_failure(negated(static_cast<DWORD>(::WSAGetLastError())));
  }
  request.accepted = INVALID_SOCKET;  // given away
  return static_cast<std::int64_t>(accepted);
}

std::int64_t finish_message(const iocp_request& request) noexcept {
  io_message& message = request.op->message();
  const auto room = static_cast<std::int64_t>(buffer_list(message).bytes);
  message.address_size = static_cast<std::uint32_t>(request.address_size);
  message.truncated = bytes_of(request) > room;
  return message.truncated ? room : bytes_of(request);
}

/// What went wrong, in the words of the kind of handle it is.
DWORD code_of(const iocp_handle& handle, iocp_request& request) noexcept {
  DWORD unused = 0;
  if (is_socket(handle)) {
    DWORD flags = 0;
    const BOOL done =
        ::WSAGetOverlappedResult(socket_of(handle), &request.overlapped, &unused, FALSE, &flags);
    return done != FALSE ? NO_ERROR : static_cast<DWORD>(::WSAGetLastError());
  }
  const BOOL done = ::GetOverlappedResult(handle_of(handle), &request.overlapped, &unused, FALSE);
  return done != FALSE ? NO_ERROR : ::GetLastError();
}

bool moves_bytes(io_kind kind) noexcept {
  return kind != io_kind::accept && kind != io_kind::connect;
}

/// What a request that moves bytes has moved. Of a datagram that is longer than the room: the room.
std::int64_t moved(const iocp_handle& handle, const iocp_request& request) noexcept {
  const io_op& op = *request.op;
  if (op.kind == io_kind::receive_message) return finish_message(request);
  const bool is_whole = op.kind == io_kind::send || op.kind == io_kind::send_message;
  if (handle.kind != iocp_kind::datagram || is_whole) return bytes_of(request);
  return std::min(bytes_of(request), static_cast<std::int64_t>(op.size));
}

std::int64_t failure(const iocp_handle& handle, iocp_request& request) noexcept {
  const io_op& op = *request.op;
  const auto status = static_cast<std::uint32_t>(request.overlapped.Internal);
  if (status == status_cancelled) {
    return moves_bytes(op.kind) && bytes_of(request) > 0 ? moved(handle, request) : io_cancelled;
  }
  const DWORD code = code_of(handle, request);
  if (op.kind == io_kind::read && is_end(code)) return 0;
  if (op.kind == io_kind::accept) return accept_failure(negated(code));
  return told(handle, code);
}

/// No bytes and no error: somebody has written a message of no bytes into a pipe.
bool is_empty_message(const iocp_handle& handle, const io_op& op, std::int64_t result) noexcept {
  return result == 0 && op.kind == io_kind::read && handle.kind == iocp_kind::other &&
         ::GetFileType(handle_of(handle)) == FILE_TYPE_PIPE;
}

bool is_of_overlapped_connect(const iocp_handle& handle) noexcept {
  return handle.kind == iocp_kind::stream &&
         (handle.family == AF_INET || handle.family == AF_INET6);
}

}  // namespace

int read_as_bytes(const iocp_handle& handle) noexcept {
  DWORD state = 0;
  if (::GetNamedPipeHandleStateW(handle_of(handle), &state, nullptr, nullptr, nullptr, nullptr,
                                 0) == FALSE ||
      (state & PIPE_READMODE_MESSAGE) == 0) {
    return 0;  // no pipe, or one of bytes
  }
  DWORD wanted = PIPE_READMODE_BYTE | (state & PIPE_NOWAIT);
  const BOOL done = ::SetNamedPipeHandleState(handle_of(handle), &wanted, nullptr, nullptr);
  return done != FALSE ? 0 : errno_of(::GetLastError());
}

void examine(iocp_handle& handle) noexcept {
  if (handle.kind != iocp_kind::unknown) return;
  const int number = static_cast<int>(handle.number);
  int type = 0;
  socklen_t size = sizeof type;
  if (system_calls().getsockopt(number, SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
    handle.kind = iocp_kind::other;
    return;
  }
  handle.kind = type == SOCK_STREAM ? iocp_kind::stream : iocp_kind::datagram;
  size = sizeof handle.family;
  system_calls().getsockopt(number, SOL_SOCKET, SO_DOMAIN, &handle.family, &size);
}

bool is_direct(const iocp_handle& handle, const io_op& op) noexcept {
  switch (op.kind) {
    case io_kind::receive:
    case io_kind::read:
    case io_kind::write:
      return op.size == 0;
    case io_kind::connect:
      return !is_of_overlapped_connect(handle);
    case io_kind::read_at:
    case io_kind::write_at:
    case io_kind::wait_readable:
    case io_kind::wait_writable:
      return true;
    case io_kind::send:
    case io_kind::receive_message:
    case io_kind::send_message:
    case io_kind::accept:
      break;
  }
  return false;
}

std::int64_t perform(const iocp_handle& handle, io_op& op) noexcept {
  const int number = static_cast<int>(handle.number);
  const system_call_table& system = system_calls();
  const auto told = [](std::int64_t done) { return done >= 0 ? done : -errno; };
  switch (op.kind) {
    case io_kind::read_at:
      return told(
          system.pread(number, op.place().memory, op.size, static_cast<off_t>(op.place().offset)));
    case io_kind::write_at:
      return told(
          system.pwrite(number, op.place().memory, op.size, static_cast<off_t>(op.place().offset)));
    case io_kind::connect:
      return told(system.connect(number, static_cast<const sockaddr*>(op.data),
                                 static_cast<socklen_t>(op.size)));
    case io_kind::receive:
    case io_kind::read:
    case io_kind::write:
      return 0;
    default:
      return -ENOTSUP;
  }
}

outcome begin(const iocp_handle& handle, iocp_request& request) noexcept {
  request.overlapped = {};
  request.accepted = INVALID_SOCKET;
  const bool socket = is_socket(handle);
  switch (request.op->kind) {
    case io_kind::receive:
      return begin_receive(handle, request);
    case io_kind::send:
      return begin_send(handle, request);
    case io_kind::receive_message:
      return begin_receive_message(handle, request);
    case io_kind::send_message:
      return begin_send_message(handle, request);
    case io_kind::accept:
      return socket ? begin_accept(handle, request) : begin_pipe_accept(handle, request);
    case io_kind::connect:
      return begin_connect(handle, request);
    case io_kind::read:
      return socket ? begin_receive(handle, request) : begin_read(handle, request);
    case io_kind::write:
      return socket ? begin_send(handle, request) : begin_write(handle, request);
    case io_kind::read_at:
    case io_kind::write_at:
    case io_kind::wait_readable:
    case io_kind::wait_writable:
      break;
  }
  return {false, -ENOTSUP};
}

std::int64_t finish(const iocp_handle& handle, iocp_request& request) noexcept {
  // Statuses that only inform are no failures.
  const auto status = static_cast<std::int32_t>(request.overlapped.Internal);
  if (status < 0) return failure(handle, request);
  switch (request.op->kind) {
    case io_kind::accept:
      return is_socket(handle) ? finish_accept(handle, request) : 0;
    case io_kind::connect:
      ::setsockopt(socket_of(handle), SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, nullptr, 0);
      return 0;
    default:
      const std::int64_t result = moved(handle, request);
      return is_empty_message(handle, *request.op, result) ? begin_anew : result;
  }
}

void dispose(iocp_request& request) noexcept {
  if (request.accepted == INVALID_SOCKET) return;
  ::closesocket(request.accepted);
  request.accepted = INVALID_SOCKET;
}

}  // namespace rill::detail::iocp
