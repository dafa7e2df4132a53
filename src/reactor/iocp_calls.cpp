// SPDX-License-Identifier: BSL-1.0
//
// Functions of its own, as addresses of the system's are not known before the program runs, and a
// loop may be made before main().
#include "reactor/iocp_calls.hpp"

#include "reactor/iocp_extensions.hpp"

namespace rill::detail {

namespace {

HANDLE create_port(HANDLE handle, HANDLE port) {
  return ::CreateIoCompletionPort(handle, port, 0, port == nullptr ? 1 : 0);
}

HANDLE create_timer() {
  constexpr DWORD high_resolution = 0x00000002;
  return ::CreateWaitableTimerExW(nullptr, nullptr, high_resolution, TIMER_ALL_ACCESS);
}

BOOL set_timer(HANDLE timer, const LARGE_INTEGER& due, PTIMERAPCROUTINE ended) {
  return ::SetWaitableTimer(timer, &due, 0, ended, nullptr, FALSE);
}

BOOL set_modes(HANDLE handle, UCHAR modes) {
  return ::SetFileCompletionNotificationModes(handle, modes);
}

BOOL wait(HANDLE port, OVERLAPPED_ENTRY* reports, ULONG capacity, ULONG* count, DWORD milliseconds,
          BOOL alertable) {
  return ::GetQueuedCompletionStatusEx(port, reports, capacity, count, milliseconds, alertable);
}

BOOL post(HANDLE port) { return ::PostQueuedCompletionStatus(port, 0, 0, nullptr); }

BOOL cancel(HANDLE handle, OVERLAPPED* record) { return ::CancelIoEx(handle, record); }

int receive(SOCKET from, WSABUF* buffers, DWORD count, DWORD* flags, OVERLAPPED* record) {
  return ::WSARecv(from, buffers, count, nullptr, flags, record, nullptr);
}

int receive_from(SOCKET from, WSABUF* buffers, DWORD count, DWORD* flags, sockaddr* sender,
                 int* sender_size, OVERLAPPED* record) {
  return ::WSARecvFrom(from, buffers, count, nullptr, flags, sender, sender_size, record, nullptr);
}

int send(SOCKET to, WSABUF* buffers, DWORD count, OVERLAPPED* record) {
  return ::WSASend(to, buffers, count, nullptr, 0, record, nullptr);
}

int send_to(SOCKET by, WSABUF* buffers, DWORD count, const sockaddr* receiver, int receiver_size,
            OVERLAPPED* record) {
  return ::WSASendTo(by, buffers, count, nullptr, 0, receiver, receiver_size, record, nullptr);
}

BOOL accept(SOCKET listener, SOCKET accepted, void* room, DWORD address_room, OVERLAPPED* record) {
  const LPFN_ACCEPTEX found = iocp::accept_of(listener);
  if (found == nullptr) return FALSE;  // with the error of the question
  DWORD unused = 0;
  return found(listener, accepted, room, 0, address_room, address_room, &unused, record);
}

int finish_accept(SOCKET listener, SOCKET accepted) {
  return ::setsockopt(accepted, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
                      reinterpret_cast<const char*>(&listener), sizeof listener);
}

BOOL connect(SOCKET client, const sockaddr* address, int size, OVERLAPPED* record) {
  const LPFN_CONNECTEX found = iocp::connect_of(client);
  if (found == nullptr) return FALSE;  // with the error of the question
  return found(client, address, size, nullptr, 0, nullptr, record);
}

BOOL read(HANDLE from, void* data, DWORD size, OVERLAPPED* record) {
  return ::ReadFile(from, data, size, nullptr, record);
}

BOOL write(HANDLE to, const void* data, DWORD size, OVERLAPPED* record) {
  return ::WriteFile(to, data, size, nullptr, record);
}

BOOL accept_pipe(HANDLE server, OVERLAPPED* record) { return ::ConnectNamedPipe(server, record); }

}  // namespace

constinit iocp_call_table iocp_calls{
    .create_port = create_port,
    .create_timer = create_timer,
    .set_timer = set_timer,
    .set_modes = set_modes,
    .wait = wait,
    .post = post,
    .cancel = cancel,
    .receive = receive,
    .receive_from = receive_from,
    .send = send,
    .send_to = send_to,
    .accept = accept,
    .finish_accept = finish_accept,
    .connect = connect,
    .read = read,
    .write = write,
    .accept_pipe = accept_pipe,
};

}  // namespace rill::detail
